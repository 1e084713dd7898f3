package charset

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fieldWords are words that often name fields, by language. They help where a file
// has too few letters beyond ASCII to count.
var fieldWords = map[string]string{
	"French":               "prénom société téléphone numéro référence quantité désignation catégorie département année créé débit crédit libellé opération bénéficiaire français étage pièce unité état réf modèle marché dépense intitulé règlement échéance",
	"German":               "straße größe stück währung gebühr empfänger verfügbar schlüssel prüfung länge höhe gewährleistung bestätigt geändert gelöscht zuständig kürzel maßeinheit übersicht betragswährung begünstigter für über gültig rückgabe verkäufer käufer händler geschäft",
	"Spanish":              "año teléfono dirección número descripción código categoría población país compañía dueño artículo situación operación días tamaño niño razón móvil también ubicación españa",
	"Portuguese":           "endereço preço descrição código número município região situação ação histórico débito crédito lançamento operação são observação função país mês não até índice último cartão três você",
	"Italian":              "città quantità località società unità proprietà età attività perché però più già qualità",
	"Nordic":               "förnamn ålder länk beløp størrelse år måned månad återbetalning på är från för køn födelsedatum gäller även også både øre maksupäivä määrä päivä nimeä lähiosoite syntymäaika ändrad värde överföring",
	"Polish":               "imię ilość wartość miejscowość województwo płeć miesiąc sprzedaż dostępność zamówienie wielkość opłata łącznie wpłata wypłata część się książka źródło powód płatności",
	"Czech":                "jméno příjmení město množství částka měna počet číslo název země věk období účet měsíc kód způsob",
	"Slovak":               "množstvo počet číslo názov účet dátum dĺžka",
	"Hungarian":            "név város összeg mennyiség cím dátum ár leírás típus megjegyzés számla ország érték hónap egység",
	"Croatian and Slovene": "količina država opština županija račun plaća točka število naročilo dežela kućni",
	"Romanian":             "oraş judeţ preţ dată sumă valută ţară stradă",
	"Lithuanian":           "pavardė šalis įmonė gatvė sąskaita",
	"Latvian":              "vārds uzvārds pilsēta valūta",
	"Turkish":              "şehir ürün açıklama müşteri tutarı yaş ülke adı soyadı sipariş miktarı fiyatı doğum işlem ödeme satış sıra yılı gün ilçe kişi",
	"Russian":              "имя фамилия отчество город дата цена сумма количество адрес телефон название наименование описание номер код статус товар улица область страна счет год месяц итого ид артикул примечание",
	"Ukrainian":            "ім'я прізвище місто ціна кількість назва опис вулиця країна рік місяць",
	"Bulgarian":            "име фамилия град цена количество адрес описание улица държава година",
	"Greek":                "όνομα επώνυμο πόλη τιμή ποσότητα διεύθυνση ημερομηνία κωδικός περιγραφή τηλέφωνο χώρα ποσό αριθμός σύνολο είδος κατηγορία",
	"Japanese":             "名前 氏名 住所 電話番号 番号 価格 単価 数量 金額 日付 備考 商品 商品名 品名 品番 会社名 部署 性別 年齢 郵便番号 都道府県 コード 摘要 残高 合計 説明 項目 種類",
	"Chinese, simplified":  "姓名 名称 编号 地址 电话 手机 价格 单价 数量 金额 日期 时间 备注 说明 城市 省份 性别 年龄 客户 订单 订单号 商品 产品 产品名称 类型 状态 序号 公司 部门 合计 库存",
	"Chinese, traditional": "姓名 名稱 編號 地址 電話 手機 價格 單價 數量 金額 日期 時間 備註 說明 城市 縣市 性別 年齡 客戶 訂單 訂單編號 商品 產品 類型 狀態 序號 公司 部門 合計 庫存",
	"Korean":               "이름 성명 주소 전화번호 번호 가격 단가 수량 금액 날짜 비고 설명 상품 상품명 도시 회사 부서 성별 나이 고객 주문 주문번호 합계 코드 제품 분류 상태",
}

// FieldWords returns lower-case words with letters beyond ASCII that often name
// fields, in many languages.
func FieldWords() []string {
	var words []string
	for _, list := range fieldWords {
		words = append(words, strings.Fields(list)...)
	}
	return words
}

// plainWords are words of ASCII letters that are common in files in a language and
// rare in those in others.
var plainWords = map[string]string{
	"English":               "the of and name date city state description price quantity note with for from street company title",
	"French":                "nom ville prix rue adresse pays commune montant libelle les des une avec dans date",
	"German":                "strasse ort plz vorname nachname stadt land datum menge betrag und der die das mit von kunde preis wert",
	"Dutch":                 "naam plaats straat aantal omschrijving land gemeente bedrag voornaam achternaam postcode een het van en soort opmerking regio provincie prijs jaar de patient",
	"Spanish":               "nombre calle ciudad fecha precio cantidad provincia municipio apellido el los las del una texto",
	"Portuguese":            "nome cidade rua bairro preco quantidade municipio uma dos da artigo valor",
	"Italian":               "nome cognome citta via prezzo comune provincia indirizzo il gli della importo",
	"Nordic":                "navn namn by sted fornavn efternavn etternavn gade vej gate gata ort kommun kommune antal antall pris nimi kunta kaupunki osoite hinta katu sukunimi etunimi osuus ja og och",
	"Icelandic and Faroese": "nafn heiti navn bygd kirkja stadur",
	"Estonian":              "linn nimi kool arv maakond vald aasta tallinn tartu eesnimi perekonnanimi kogus hind ja aadress isikukood kuu",
	"Polish":                "imie nazwisko miasto ulica cena nazwa kod opis kwota gmina powiat rok",
	"Czech":                 "jmeno mesto ulice cena nazev obec kraj okres cislo rok",
	"Slovak":                "meno mesto ulica cena obec okres kraj rok",
	"Hungarian":             "nev varos utca cim ar megye telepules budapest helyszin datum osszeg leiras",
	"Croatian and Slovene":  "ime prezime grad ulica cijena naziv mjesto datum kraj priimek naslov cena",
	"Romanian":              "nume prenume oras judet strada pret localitate cantitate",
	"Lithuanian":            "vardas pavarde miestas gatve kaina kiekis savivaldybe pavadinimas adresas vilnius kaunas",
	"Latvian":               "vards uzvards pilseta iela cena skaits adrese novads nosaukums riga",
	"Turkish":               "ad soyad il ilce adres sehir fiyat miktar tarih isim ve",
	"Albanian":              "emri mbiemri qyteti fshati rruga data shuma",
	"Vietnamese":            "ten ho gia ngay",
}

// plainText returns the words of ASCII letters in the text, in lower case, up to a
// limit.
func plainText(parts [][]byte) map[string]bool {
	words := map[string]bool{}
	for _, b := range parts {
		b = b[:min(len(b), 16<<10)]
		for _, w := range bytes.FieldsFunc(b, func(c rune) bool { return c < utf8.RuneSelf && !isASCIILetter(c) }) {
			if len(w) <= 20 {
				words[strings.ToLower(string(w))] = true
			}
		}
	}
	return words
}

// plainWordsIn returns the number of words that are common in the language, at most
// three.
func plainWordsIn(words map[string]bool, language string) int {
	n := 0
	for _, w := range strings.Fields(plainWords[language]) {
		if words[w] {
			n++
		}
	}
	return min(n, 3)
}

// wordsOf returns the words of a text with letters beyond ASCII, in lower case.
func wordsOf(text string) map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.FieldsFunc(text, func(c rune) bool {
		return c < utf8.RuneSelf && !isASCIILetter(c) && c != '\'' || c >= utf8.RuneSelf && !unicode.IsLetter(c) && !unicode.Is(unicode.Mn, c) && c != 'ー'
	}) {
		if strings.IndexFunc(w, func(c rune) bool { return c >= utf8.RuneSelf }) >= 0 {
			words[strings.ToLower(w)] = true
		}
	}
	return words
}

// knownWords returns the number of words that often name fields in the language, at
// most three.
func knownWords(words map[string]bool, language string) int {
	n := 0
	for _, w := range strings.Fields(fieldWords[language]) {
		if words[w] {
			n++
		}
	}
	return min(n, 3)
}
