package charset

import (
	"strings"
	"unicode/utf8"
)

// asian are the languages with many characters.
var asian = []struct {
	name, encodings string
	value           func(before, c, after rune) float64
	prior           float64
}{
	{"Japanese", "shift_jis euc-jp", japaneseValue, 0},
	{"Chinese, simplified", "gb18030", simplifiedValue, 0},
	{"Chinese, traditional", "big5", traditionalValue, -0.3},
	{"Korean", "euc-kr", koreanValue, -0.2},
}

// scoreAsian is score for languages with many characters. A character is two bytes,
// so it has to be as good as two.
func scoreAsian(text []letter, value func(before, c, after rune) float64) float64 {
	sum, n, bad := 0.0, 0, 0
	for _, x := range text {
		n += x.n
		if x.c == utf8.RuneError {
			bad += x.n
			sum -= 3 * float64(x.n)
			continue
		}
		v := value(x.before, x.c, x.after)
		if isASCIILetter(x.before) || isASCIILetter(x.after) {
			v -= 0.5 // two scripts in one word
		}
		sum += float64(x.n) * v
	}
	if n == 0 {
		return 0
	}
	// That many bytes all form characters is hardly a coincidence.
	if bad == 0 {
		sum += 0.15 * float64(min(n, 20)) / 20 * float64(n)
	}
	return sum / float64(n)
}

func isWidePunctuation(c rune) bool {
	return c >= 0x3000 && c <= 0x303F || c >= 0xFF01 && c <= 0xFF5E || c == '・' || c == '…' || c == '—' || c == '～'
}

func japaneseValue(before, c, after rune) float64 {
	switch {
	case c >= 0x3041 && c <= 0x30FF:
		return 1.1 // kana
	case isWidePunctuation(c):
		return 0.8
	case isNarrowKana(c):
		return narrowKanaValue(before, c, after)
	case strings.ContainsRune(commonKanji, c):
		return 1
	case c >= 0x4E00 && c <= 0x9FFF:
		if !inRange(c, "euc-jp", 0xB0A1, 0xCFD3) {
			return 0 // of the second level
		}
		return 0.4
	case c >= 0xE000 && c <= 0xF8FF:
		return -2
	}
	return -0.3
}

func isNarrowKana(c rune) bool { return c >= 0xFF61 && c <= 0xFF9F }

// narrowKanaValue is how well narrow katakana, one byte each, fits between its
// neighbors. Any byte can be one: it is text if there are several in a row and
// voicing marks follow letters that take them.
func narrowKanaValue(before, c, after rune) float64 {
	switch {
	case c == 'ﾞ' || c == 'ﾟ':
		if before >= 'ｶ' && before <= 'ﾄ' || before >= 'ﾊ' && before <= 'ﾎ' || before == 'ｳ' {
			return 1
		}
		return -1
	case isNarrowKana(before) || isNarrowKana(after):
		return 0.5
	}
	return -0.4
}

func simplifiedValue(_, c, _ rune) float64 {
	switch {
	case strings.ContainsRune(commonSimplified, c):
		return 1.05
	case isWidePunctuation(c):
		return 0.8
	case c >= 0x4E00 && c <= 0x9FFF:
		if !inRange(c, "gbk", 0xB0A1, 0xD7F9) {
			return -0.2 // not among the frequent ones
		}
		return 0.4
	case c >= 0xE000 && c <= 0xF8FF, c > 0xFFFF:
		return -2
	}
	return -0.5
}

func traditionalValue(_, c, _ rune) float64 {
	switch {
	case strings.ContainsRune(commonTraditional, c):
		return 1.05
	case isWidePunctuation(c):
		return 0.8
	case c >= 0x4E00 && c <= 0x9FFF:
		if !inRange(c, "big5", 0xA440, 0xC67E) {
			return -0.1 // not among the frequent ones
		}
		return 0.4
	case c >= 0xE000 && c <= 0xF8FF:
		return -2
	}
	return -0.5
}

func koreanValue(_, c, _ rune) float64 {
	switch {
	case c >= 0xAC00 && c <= 0xD7A3:
		if strings.ContainsRune(commonHangul, c) {
			return 1.05
		}
		return 0.45
	case isWidePunctuation(c):
		return 0.5
	case c >= 0x4E00 && c <= 0x9FFF:
		return -0.4
	}
	return -0.7
}

// inRange reports whether c is two bytes from low to high in the encoding: the
// standards put the common characters together, before the others.
func inRange(c rune, encoding string, low, high int) bool {
	b, err := Find(encoding).multi.NewEncoder().Bytes(utf8.AppendRune(nil, c))
	if err != nil || len(b) != 2 {
		return false
	}
	n := int(b[0])<<8 | int(b[1])
	return low <= n && n <= high
}

// The most frequent characters in names, places and prose.
const (
	commonKanji       = "日本人大一年国会中上生田山東京子出時間行見月分後前社者地事自部長手発理学小野村川原井木藤林高橋佐佐々伊渡辺加吉清松斎森池石谷和新北南西都府県市区町名数品商価格番号住所電話注文金税合計在庫説明色用円個入売料開始終了美健太郎花雄介明正英幸恵久保洋千葉神奈横浜阪古屋札幌福岡島広仙台戸車食物青赤白黒木家具机椅棚製安全送無料良質店員担当氏様"
	commonSimplified  = "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏州深圳杭宁武汉陈刘杨赵吴孙朱徐胡郭何罗梁宋郑谢韩唐冯邓曹曾萧丽伟芳敏静秀娟涛磊洋艳勇超霞桂兰价格数量订单编号客户地址电话备注"
	commonTraditional = "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她里後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計或司利受光王果親界及今京務制解各任至清物台象記邊共風戰幹接它許八特覺望直服毛林題建南度統色字請交愛讓認算論百吃義科怎元社術結六功指思非流每青管夫連遠資隊跟帶花快條院變聯言權往展該領傳近留紅治決周保達辦運武半候七必城父強步完革深區即求品士轉量空甚眾技輕程告江語英基派滿式李息寫呢識極令黃德收臉錢黨倒未持取設始版雙歷越史商千片容研像找友孩站廣改議形委早房音火際則首單據導影失拿網香似斯專石若兵弟誰校讀志飛觀爭究包組造落視濟喜離雖壞陳劉楊趙吳孫朱徐胡郭羅梁宋鄭謝韓唐馮鄧曹曾蕭灣雄隆園縣鄉鎮價格數量訂單編號客戶地址電話備註麗偉芳淑惠雅婷怡君志豪俊傑"
	commonHangul      = "이가는을를의에은하다고로한지기리사나도자어서인시아있그일대해수정스보부구만들으과게주전라제여상국동원장무소안성유연우조미진비오화면관신방모선경생요행개위할서문공학세것계영중내적등더없않된되와음난말마때간실김박최강윤임오한신권황송류홍서울산광천종남북현석민철희준호승재은혜숙순옥자복번호주소전화수량가격상품고객명날짜금액메비밀"
)
