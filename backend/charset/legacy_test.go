package charset

import "testing"

// TestShortLegacyTexts finds the encoding of files with a few letters beyond
// ASCII. Another encoding will do if the text is the same in it.
func TestShortLegacyTexts(t *testing.T) {
	tests := map[string][]string{
		"windows-1252": {
			"id;straße\n1;a\n", "id;prénom\n1;Luc\n", "id;name\n1;Müller\n2;Smith\n", "année;total\n2020;1\n", "año;total\n2020;1\n",
			"navn;by\nSøren;Ærøskøbing\nÅse;København\n", "nimi;kaupunki\nPäivi;Jyväskylä\n", "nafn;bær\nÞórður;Ísafjörður\n",
			"STRASSE;ORT\nKÖNIGSALLEE 1;DÜSSELDORF\n", "item;note\na;“quoted” – text\nb;it’s 5 € or £4\n", "id;temp\n1;20 °C\n2;21 °C\n",
			"Artikel;Preis\nStuhl;1.299,00 €\n", "id;name\n1;Noël\n2;Benoît\n", "id;mês\n1;três\n", "id;name\n1;Niccolò\n",
			"id;größe\n1;ö\n2;ö\n", "id;x\n1;ñ\n2;ñ\n", "id;x;n\n1;ß;2\n2;ß;3\n", "id;x\n1;ê\n", "id;x\n1;œ\n2;œ\n", "id;x\n1;Ä\n", "id;x\n1;Ø 12 mm\n", "id;x\n1;fête\n", "id;x\n1;ç\n2;É\n3;Ü\n",
		},
		"iso-8859-15":  {"prénom;prix\nZoë;5 €\nLéa;6 €\n"},
		"macintosh":    {"prénom;ville\nHélène;Orléans\nFrançois;Besançon\n", "name;straße\nMüller;Hauptstraße\nJäger;Königsweg\n"},
		"ibm850":       {"name;straße\nMüller;Hauptstraße\nJäger;Königsweg\n"},
		"windows-1250": {"imię;wiek\nAnna;31\n", "id;x;n\n1;Kőszeg;2\n", "id;miasto\n1;Toruń\n", "név;város\nErzsébet;Győr\n", "nume;oraş\nŞtefan;Iaşi\n", "jméno;město\nJiří;Plzeň\n"},
		"iso-8859-2":   {"imię;wiek\nAnna;31\n", "imię;miasto\nŁukasz;Gdańsk\n", "id;množství\n1;3\n", "jméno;město\nTomáš;Děčín\n"},
		"ibm852":       {"imię;miasto\nŁukasz;Gdańsk\nMałgorzata;Łódź\n"},
		"windows-1251": {"имя;город\nИван;Москва\n", "ФИО;ИНН\nИВАНОВ ИВАН;7701\n", "id;город\n1;2\n", "назва;місто\nЇжак;Київ\n", "име;град\nГеорги;София\n"},
		"koi8-r":       {"имя;город\nИван;Москва\n", "дата;сумма\n1;12\n"},
		"iso-8859-5":   {"имя;город\nИван;Москва\n"},
		"ibm866":       {"имя;город\nИван;Москва\n"},
		"windows-1253": {"id;πόλη\n1;2\n", "όνομα;πόλη\nΝίκος;Αθήνα\n"},
		"iso-8859-7":   {"όνομα;πόλη\nΝίκος;Αθήνα\n"},
		"windows-1254": {"id;ad\n1;Yılmaz\n2;Aydın\n", "isim;şehir\nAyşe;İzmir\n"},
		"windows-1255": {"שם,עיר\nמשה,חיפה\n"},
		"windows-1256": {"الاسم,المدينة\nمحمد,القاهرة\n"},
		"windows-1257": {"vardas;miestas\nJonas;Šiauliai\nRūta;Panevėžys\n"},
		"windows-874":  {"ชื่อ,จังหวัด\nสมชาย,เชียงใหม่\n"},
		"shift_jis":    {"id,品名\n1,机\n", "名前,住所\n田中,東京\n", "ｺｰﾄﾞ,ﾒｲｼｮｳ\n1,ﾀﾅｶ ﾀﾛｳ\n"},
		"euc-jp":       {"備考,id\nメモ,1\n", "名前,住所\n田中,東京\n"},
		"gb18030":      {"id,备注\n1,好\n", "姓名,城市\n王伟,北京\n"},
		"big5":         {"姓名,城市\n王小明,台北\n", "商品,單價\n鍵盤,1290\n"},
		"euc-kr":       {"이름,도시\n김민수,서울\n", "상품,가격\n노트북,990000\n"},
	}
	for name, list := range tests {
		for _, text := range list {
			readsAs(t, text, name)
		}
	}
}

// readsAs guesses the encoding of the text, written in one: that one, or another
// in which it is the same.
func readsAs(t *testing.T, text, encoding string) {
	t.Helper()
	content := encode(text, encoding)
	g := GuessFrom(Sample{Head: content, Whole: true})
	if got := string(g.Charset.Text(content, true)); got != text {
		t.Errorf("%s: %q is read as %s: %q", encoding, text, g.Charset.Name, got)
	}
}
