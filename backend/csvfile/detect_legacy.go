package csvfile

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A language is what its text looks like beyond ASCII, and the encodings that
// it is written in, the usual one first.
type language struct {
	name      string
	often     string // the letters that are frequent
	seldom    string // the other letters
	encodings string
}

// languages are told apart by their letters: bytes read in the wrong encoding
// are letters that no one language has together, or symbols amid words.
var languages = []language{
	{"French", "éèàç", "êâîôûùëïœæÿ", "windows-1252 iso-8859-15 macintosh ibm850 ibm437 ibm858"},
	{"German", "äöüß", "éèàáóñç", "windows-1252 iso-8859-15 macintosh ibm850 ibm437 ibm858"},
	{"Spanish", "áéíóúñü¿¡", "çªº", "windows-1252 iso-8859-15 macintosh ibm850 ibm437"},
	{"Portuguese", "ãõáéíóúâêôçà", "üºª", "windows-1252 iso-8859-15 macintosh ibm850 ibm860"},
	{"Italian", "àèé", "ìòùîóº", "windows-1252 iso-8859-15 macintosh ibm850"},
	{"Nordic", "åäöæøé", "üèàáêó", "windows-1252 iso-8859-15 macintosh ibm850 ibm865"},
	{"Icelandic", "áéíóúýæö", "þð", "windows-1252 iso-8859-15"},
	{"Polish", "ąćęłńóśźż", "é", "windows-1250 iso-8859-2 ibm852 iso-8859-16"},
	{"Czech", "áčďéěíňóřšťúůýž", "öü", "windows-1250 iso-8859-2 ibm852"},
	{"Slovak", "áäčďéíľňóôšťúýž", "ĺŕöü", "windows-1250 iso-8859-2 ibm852"},
	{"Hungarian", "áéíóöőúüű", "", "windows-1250 iso-8859-2 ibm852"},
	{"Croatian and Slovene", "čćđšž", "é", "windows-1250 iso-8859-2 ibm852"},
	{"Romanian", "ăâîșț", "şţé", "windows-1250 iso-8859-2 iso-8859-16"},
	{"Lithuanian", "ąčęėįšųūž", "", "windows-1257 iso-8859-13 iso-8859-4"},
	{"Latvian", "āčēģīķļņšūž", "ŗō", "windows-1257 iso-8859-13 iso-8859-4"},
	{"Estonian", "õäöü", "šž", "windows-1257 iso-8859-13 iso-8859-4"},
	{"Turkish", "çğıöşüİ", "âîû", "windows-1254 iso-8859-9"},
	{"Russian", "оеаинтсрвлкмдпуяы", "ьгзбчйхжшюцщэфъё", "windows-1251 koi8-r iso-8859-5 ibm866 x-mac-cyrillic"},
	{"Ukrainian", "оаніивтерскулдмпя", "зьбгйчхцжюєшщїфґ", "windows-1251 koi8-u iso-8859-5 x-mac-cyrillic"},
	{"Bulgarian", "аеиотнрсвлдкпмгзъ", "убчщцжшяйхюфь", "windows-1251 iso-8859-5"},
	{"Greek", "αεηιοντσςρπυλκμωά", "δγήίόθφχζέύβώξψϊϋΐΰ", "windows-1253 iso-8859-7"},
	{"Hebrew", "יוהלאמרתבשנחםעד", "אבגדהוזחטיכלמנסעפצקרשתםןץףך", "windows-1255 iso-8859-8 ibm862"},
	{"Arabic", "اليمنرتبوةعدسه", "فكحقجشطصخضذثزغظىءأإآئؤپچژگک،؟؛", "windows-1256 iso-8859-6"},
	{"Thai", "านรกอเงมยลวดทสตะปบคหแจพชขใไโผ\u0e48\u0e49\u0e34\u0e31\u0e35\u0e37\u0e38\u0e39", "ซญถธภศฮำึฃฅฆฉฌฎฏฐฑฒณฝฟฤฦษฬๅๆฯ฿\u0e47\u0e4a\u0e4b\u0e4c\u0e4d", "windows-874"},
	{"Vietnamese", "ăâđêôơư", "àáéèíìóòúùỵ́̀́̉̃", "windows-1258"},
}

// asian are the languages of many characters.
var asian = []struct {
	encodings string
	value     func(c rune) float64
}{
	{"shift_jis euc-jp", japaneseValue},
	{"gb18030", simplifiedValue},
	{"big5", traditionalValue},
	{"euc-kr", koreanValue},
}

// symbols stand in the text of all languages.
const symbols = "№€’‘“”„–—…«»°§©®½¼¾²³µ·×£¥•™\u00a0±"

// guessLegacy returns the likeliest encoding of bytes that are not UTF-8, and
// all that were considered, best first.
func guessLegacy(parts [][]byte) (string, []Alternative) {
	high := highText(parts)
	best := map[string]float64{}
	note := func(name string, score float64) {
		if old, ok := best[name]; !ok || score > old {
			best[name] = score
		}
	}
	texts := map[string][]context{}
	text := func(name string) []context {
		t, ok := texts[name]
		if cs, err := findCharset(name); !ok && err == nil {
			t = contexts(string(cs.text(high, true)))
			texts[name] = t
		}
		return t
	}
	for _, l := range languages {
		for i, name := range strings.Fields(l.encodings) {
			note(name, l.score(text(name))-0.01*float64(i))
		}
	}
	for _, a := range asian {
		for i, name := range strings.Fields(a.encodings) {
			note(name, scoreAsian(text(name), a.value)-0.001*float64(i))
		}
	}
	list := make([]Alternative, 0, len(best))
	for name, score := range best {
		list = append(list, Alternative{name, score})
	}
	slices.SortFunc(list, func(a, b Alternative) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), charsetIndex(a.Value)-charsetIndex(b.Value))
	})
	// Scores become shares of confidence.
	top := list[0].Confidence
	sum := 0.0
	for i := range list {
		list[i].Confidence = math.Exp(8 * (list[i].Confidence - top))
		if i > 0 && slices.Equal(texts[list[i].Value], texts[list[0].Value]) {
			list[i].Confidence = 0 // it makes no difference
		}
		sum += list[i].Confidence
	}
	for i := range list {
		list[i].Confidence = math.Round(100*0.95*list[i].Confidence/sum) / 100
	}
	return list[0].Value, list
}

// charsetIndex returns how unusual an encoding is.
func charsetIndex(name string) int {
	return slices.IndexFunc(charsets, func(c charset) bool { return c.name == name })
}

// highText returns the lines of the parts that hold bytes beyond ASCII, up to
// a bound.
func highText(parts [][]byte) []byte {
	const most = 4 << 10
	var out []byte
	for _, b := range parts {
		for len(b) > 0 && len(out) < most {
			n := lineEnd(b, true)
			line := b[:min(n, 4<<10)]
			if bytes.ContainsFunc(line, func(c rune) bool { return c >= utf8.RuneSelf }) {
				out = append(out, line...)
				if n > len(line) {
					out = append(out, '\n')
				}
			}
			b = b[n:]
		}
	}
	return out
}

// A context is a character beyond ASCII between its neighbours, and how often
// it stands there.
type context struct {
	before, c, after rune
	n                int
}

// contexts returns the contexts of a text, in the order of their first place.
func contexts(text string) []context {
	var list []context
	index := map[context]int{}
	at := context{}
	note := func() {
		if at.c < utf8.RuneSelf {
			return
		}
		i, ok := index[at]
		if !ok {
			i = len(list)
			index[at] = i
			list = append(list, at)
		}
		list[i].n++
	}
	for _, c := range text {
		at.after = c
		note()
		at.before, at.c = at.c, c
	}
	at.after = 0
	note()
	return list
}

// score is how much like the language the text is, at most 1: the average over
// all characters beyond ASCII.
func (l *language) score(text []context) float64 {
	sum, n := 0.0, 0
	for _, x := range text {
		sum += float64(x.n) * l.value(x.before, x.c, x.after)
		n += x.n
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// value is how well c stands between its neighbours.
func (l *language) value(before, c, after rune) float64 {
	lower := unicode.ToLower(c)
	var v float64
	switch {
	case c == utf8.RuneError || c >= 0x80 && c < 0xA0:
		return -2
	case unicode.Is(unicode.Mn, c) && !unicode.IsLetter(before) && !unicode.Is(unicode.Mn, before):
		return -1.5 // a mark above or below of nothing
	case strings.ContainsRune(l.often, lower) || strings.ContainsRune(l.often, c):
		v = 1
	case strings.ContainsRune(l.seldom, lower):
		v = 0.6
	case strings.ContainsRune(symbols, c):
		if unicode.IsLetter(before) && unicode.IsLetter(after) && c != '’' && c != '·' && c != '–' && c != '\u00a0' {
			return -0.7
		}
		return 0.5
	case unicode.IsLetter(c):
		return -0.7
	default:
		return -1
	}
	switch {
	case c != lower && unicode.IsLower(before):
		return v - 1.2 // a capital within a word
	case !unicode.Is(unicode.Latin, c) && unicode.IsLetter(c) && (isASCIILetter(before) || isASCIILetter(after)):
		return v - 1.2 // two scripts in one word
	case c != lower:
		return v - 0.15
	case unicode.IsUpper(before) && before >= utf8.RuneSelf && unicode.IsUpper(after):
		return v - 0.5
	}
	return v
}

func isASCIILetter(c rune) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// scoreAsian is score for languages of many characters. A character is two
// bytes: it has to be as good as two.
func scoreAsian(text []context, value func(rune) float64) float64 {
	sum, n, bad := 0.0, 0, 0
	for _, x := range text {
		n += x.n
		if x.c == utf8.RuneError {
			bad += x.n
			sum -= 3 * float64(x.n)
			continue
		}
		sum += float64(x.n) * value(x.c)
	}
	if n == 0 {
		return 0
	}
	// That all bytes fit together is hardly an accident when there are many.
	if bad == 0 {
		sum += 0.15 * float64(min(n, 20)) / 20 * float64(n)
	}
	return sum / float64(n)
}

func isWidePunctuation(c rune) bool {
	return c >= 0x3000 && c <= 0x303F || c >= 0xFF01 && c <= 0xFF5E || c == '・' || c == '…' || c == '—' || c == '～'
}

func japaneseValue(c rune) float64 {
	switch {
	case c >= 0x3041 && c <= 0x30FF:
		return 1.1 // kana
	case isWidePunctuation(c):
		return 0.8
	case c >= 0xFF61 && c <= 0xFF9F:
		return -0.4 // narrow katakana, one byte each
	case strings.ContainsRune(commonKanji, c):
		return 1
	case c >= 0x4E00 && c <= 0x9FFF:
		return 0.35
	case c >= 0xE000 && c <= 0xF8FF:
		return -2
	}
	return -0.3
}

func simplifiedValue(c rune) float64 {
	switch {
	case strings.ContainsRune(commonSimplified, c):
		return 1.05
	case isWidePunctuation(c):
		return 0.8
	case c >= 0x4E00 && c <= 0x9FFF:
		return 0.4 - rareHanzi(c)
	case c >= 0xE000 && c <= 0xF8FF, c > 0xFFFF:
		return -2
	}
	return -0.5
}

// rareHanzi is above 0 for characters that GB 2312 does not have among its
// frequent ones.
func rareHanzi(c rune) float64 {
	cs, err := findCharset("gbk")
	if err != nil {
		return 0
	}
	b, err := cs.multi.NewEncoder().Bytes(utf8.AppendRune(nil, c))
	if err != nil || len(b) != 2 || b[0] < 0xB0 || b[0] > 0xD7 || b[1] < 0xA1 {
		return 0.6
	}
	return 0
}

func traditionalValue(c rune) float64 {
	switch {
	case strings.ContainsRune(commonTraditional, c):
		return 1.05
	case isWidePunctuation(c):
		return 0.8
	case c >= 0x4E00 && c <= 0x9FFF:
		return 0.35
	case c >= 0xE000 && c <= 0xF8FF:
		return -2
	}
	return -0.5
}

func koreanValue(c rune) float64 {
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

// The characters that are most frequent in names, places and plain prose.
const (
	commonKanji       = "日本人大一年国会中上生田山東京子出時間行見月分後前社者地事自部長手発理学小野村川原井木藤林高橋佐佐々伊渡辺加吉清松斎森池石谷和新北南西都府県市区町名数品商価格番号住所電話注文金税合計在庫説明色用円個入売料開始終了美健太郎花雄介明正英幸恵久保洋千葉神奈横浜阪古屋札幌福岡島広仙台戸車食物青赤白黒木家具机椅棚製安全送無料良質店員担当氏様"
	commonSimplified  = "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏州深圳杭宁武汉陈刘杨赵吴孙朱徐胡郭何罗梁宋郑谢韩唐冯邓曹曾萧丽伟芳敏静秀娟涛磊洋艳勇超霞桂兰价格数量订单编号客户地址电话备注"
	commonTraditional = "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她里後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計或司利受光王果親界及今京務制解各任至清物台象記邊共風戰幹接它許八特覺望直服毛林題建南度統色字請交愛讓認算論百吃義科怎元社術結六功指思非流每青管夫連遠資隊跟帶花快條院變聯言權往展該領傳近留紅治決周保達辦運武半候七必城父強步完革深區即求品士轉量空甚眾技輕程告江語英基派滿式李息寫呢識極令黃德收臉錢黨倒未持取設始版雙歷越史商千片容研像找友孩站廣改議形委早房音火際則首單據導影失拿網香似斯專石若兵弟誰校讀志飛觀爭究包組造落視濟喜離雖壞陳劉楊趙吳孫朱徐胡郭羅梁宋鄭謝韓唐馮鄧曹曾蕭灣雄隆園縣鄉鎮價格數量訂單編號客戶地址電話備註麗偉芳淑惠雅婷怡君志豪俊傑"
	commonHangul      = "이가는을를의에은하다고로한지기리사나도자어서인시아있그일대해수정스보부구만들으과게주전라제여상국동원장무소안성유연우조미진비오화면관신방모선경생요행개위할서문공학세것계영중내적등더없않된되와음난말마때간실김박최강윤임오한신권황송류홍서울산광천종남북현석민철희준호승재은혜숙순옥자복번호주소전화수량가격상품고객명날짜금액메비밀"
)
