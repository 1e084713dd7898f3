package charset

import (
	"strings"
	"testing"
)

// TestLegacyKinds finds the encoding of files with few letters beyond ASCII,
// with no-break spaces, curly quotes and ordinals. Another encoding will do if
// the text is the same in it.
func TestLegacyKinds(t *testing.T) {
	for name, list := range map[string][]string{
		"windows-1252": {
			// Dutch.
			"Code;Land;Naam initiërende partij\n1;Albanië;a\n2;Armenië;b\n3;België;c\n4;Italië;d\n",
			"id;plaats\n1;Oud-Beijerland\n2;Sint Annaparochië\n", "code,omschrijving\nA,Patiënt overleden\nB,Coördinatie geïnitieerd\n",
			"land;aantal\nTunesië;4\nAlgerije;6\n", "naam;opmerking\nRenée;één kind\nJosé;twee kinderen\n",
			"regio,jaar\nCuraçao,2012\nSão Tomé,2013\n", "soort;omschrijving\nx;financiële steun\ny;reïntegratie\n",
			// English.
			"Name,Place,Note\nSmith,Town,Leader’s “Celebrate the Town” dinner\nJones,Club,\"Former head\u00a0Mary\u00a0Jones\u00a0spoke in\u00a0NH\u00a0on\u00a0December 5, 2014.\u00a0\u00a0\"\nBrown,Diner,spoke\u00a0at Murphy’s in\u00a0Iowa\n",
			"id,text\n1,a\u00a0b\n2,c\n", "id,name\n1,North\u00a0\n2,South\u00a0\n3,West\n", "\u00a0id,name\n1,x\n", "company,note\nAcme\u00a0Inc.,\u00a0\nBolt,the\u00a0best\n",
			"id,quote\n1,“Yes”\n2,don’t\n3,the Smiths’ house\n", "title\nThe café on 5th\nA naïve résumé\n", "dish,price\nCrème brûlée,£4.50\nJalapeño dip,£3.20\n",
			"id,range\n1,5–10\n2,11–20\n3,21+\n", "a,b\n1,x — y\n2,wait…\n", "mark,owner\nAcme™,a\nBolt®,b\n", "id,temp\n1,20°\n2,21°\n", "part,tol\na,±5\nb,±7\n", "id,size\n1,½ cup\n2,¼ cup\n",
			"id,text\n1,• first\n2,• second\n", "sect,title\n§ 12,x\n§ 14,y\n", "id,name\n1,Beyoncé\n2,Smith\n", "id,city\n1,Zürich\n2,Bern\n", "id,city\n1,San José\n2,Reno\n",
			"id,firm\n1,Clean Research®, L.L.C.\n", "time,dust (µg/m3)\n10:00,5.8\n", "id,a\n1,x ½ y\n2,¾\n", "id,dim\n1,3×4\n2,5×6\n", "id,unit\n1,µg\n2,mg/m³\n3,m²\n", "id,firm\n1,Häagen-Dazs\n2,Nestlé\n", "state,city\nNM,Española\nCA,La Cañada\n",
			// Finnish and Estonian.
			"kunta;määrä\nHämeenlinna;4\nYlöjärvi;6\n", "nimi;osuus\nÄänekoski;1,5\u00a0%\nÅland;2,5\u00a0%\n", "kunta,väestö\nHelsinki,1\u00a0234\nEspoo,2\u00a0345\n",
			"nimi;maakond\nPärnu;Pärnumaa\nVõru;Võrumaa\n", "linn;arv\nJõhvi;3\nPõlva;5\n", "nimi;märkus\nTõnu;käib tööl\nÜlle;õpib\n", "kool,õpilasi\nRapla,120\nKeila,80\n", "id;tänav\n1;Lääne\n2;Põhja\n",
			// Spanish, Portuguese and Italian with ordinals.
			"calle,planta\nMayor,1º A\nSol,3ª izq.\n", "id;texto\n1;Nº 12\n2;Nº 14\n", "Nº;NOMBRE\n1;Ana\n2;Luis\n", "id;puesto\n1;1.º\n2;2.º\n3;3.ª\n", "dirección,nº\nC/ Ancha,4\nC/ Peña,6\n",
			"artigo;texto\n1º;a\n2º;b\n", "id;rua\n1;Av. 5ª\n2;Av. 7ª\n", "id;nome\n1;M.ª João\n2;José\n", "sala;piano\nA;1º\nB;2º\n",
			"COMUNIDAD;MUNICIPIO\nCASTILLA Y LEÓN;ÁVILA\nARAGÓN;LOGROÑO\n", "id;texto\n1;¿Qué?\n2;¡No!\n",
			// French, German, Nordic.
			"id;libellé\n1;L’été\n2;Œuvre d’art\n", "id;texte\n1;« oui »\n2;« non »\n", "id;prix\n1;12\u00a0€\n2;1\u00a0500\u00a0€\n", "N°;Nom\n1;Roy\n2;Petit\n", "id;nom\n1;Haÿ\n2;Île-d’Yeu\n",
			"id;text\n1;„so“\n2;‚ja‘\n", "id;ort\n1;Köln – Süd\n2;Fürth\n", "Lfd.\u00a0Nr.;Wert\n1;2\n", "id;by\n1;Århus\n2;Ålborg\n", "id;sted\n1;Tromsø\n2;Bodø\n", "id;ort\n1;Malmö\n2;Växjö\n",
			"id;kirkja\n1;Þingvellir\n2;Hólar\n", "barri;carrer\nGràcia;Sant Lluís\nSarrià;Paral·lel\n", "id;heiti\n1;Vági\n2;Tvøroyri\n",
			"fshati;nr\nKukës;3\nVlorë;4\nTiranë;5\n", "ainm;contae\nSeán;Dún na nGall\nÁine;Gaillimh\n",
		},
		"iso-8859-15": {"navn;pris\nÅse;5 €\nSøren;6 €\n", "nimi;hinta\nPäivi;5 €\nÅke;7 €\n"},
		"windows-1250": {
			"id;obec\n1;Plzeň\n2;Říčany\n", "id;miasto\n1;Łódź\n2;Kraków\n", "id;helyszín\n1;Győr\n2;Fűzfő\n", "naziv;općina\nŠkola;Čakovec\nVrtić;Đakovo\n", "id;text\n1;„tak“ – ano\n2;„ne“ – žádné\n",
			"id;localitate\n1;Iaşi\n2;Bucureşti\n", "kraj;število\nŽalec;4\nČrnomelj;6\n", "id;názov\n1;Košice\u00a0I\n2;Žilina\u00a0II\n",
		},
		"windows-1257": {"miestas;kiekis\nŠiauliai;4\nKėdainiai;6\nTelšiai;8\n", "pilsēta;skaits\nRīga;4\nLiepāja;6\n", "id;pavadinimas\n1;Lietuvos įmonė\n2;Žemės ūkis\n"},
		"windows-1254": {"id;il\n1;Muğla\n2;Iğdır\n", "il;sayı\nİzmir;3\nEskişehir;4\n"},
		"windows-1251": {"id;город\n1;Москва\n2;Тверь\n", "№;имя\n1;Иван\n", "id;текст\n1;«да»\n2;«нет» – всё\n"},
		"windows-1253": {"δήμος;αριθμός\nΑθήνα;4\nΠάτρα;5\n"},
		"macintosh":    {"nom;ville\nThéo;Besançon\nZoé;Nîmes\nChloé;Orléans\n"},
		"ibm850":       {"navn;by\nSøren;Århus\nJørgen;Ærø\nKåre;Tromsø\n"},
	} {
		for _, text := range list {
			readsAs(t, text, name)
		}
	}
}

// TestZeros takes no file for UTF-16 because of a NUL in it, and none for
// anything else because it is short.
func TestZeros(t *testing.T) {
	for content, want := range map[string]string{
		"a,b,c\n\x00,2,3\n":                        UTF8,
		"a,b,c\n1,\x00,3\n":                        UTF8,
		"id;n\n1;\x00\n2;\x00\n":                   UTF8,
		"a\n\x00\n":                                UTF8,
		"id\tname\n1\tx\x00\n2\ty\x00\n3\tz\x00\n": UTF8,
		string(encode("a,b\n1,2\n", "utf-16le")):   "utf-16le",
		string(encode("a,b\n1,2\n", "utf-16be")):   "utf-16be",
		string(encode("a;ж\n", "utf-16le")):        "utf-16le",
		string(encode("имя;город\nИван;Москва\n", "utf-16be")):         "utf-16be",
		string(encode("名前,住所\n田中,東京\n", "utf-16le")):                   "utf-16le",
		string(encode("あ,い\nう,え\n", "utf-16be")):                       "utf-16be",
		string(encode("a,b", "utf-16le")):                              "utf-16le",
		string(encode("a,b\r\n1,2\r\n", "utf-32le")):                   "utf-32le",
		string(encode("שם,עיר\nמשה,חיפה\n", "utf-16le")):               "utf-16le",
		string(encode(strings.Repeat("ชื่อ,เมือง\n", 20), "utf-16be")): "utf-16be",
	} {
		g := GuessFrom(Sample{Head: []byte(content), Whole: true})
		if g.Basis == Binary || g.Charset.Name != want {
			t.Errorf("%q is guessed to be %+v, want %s", content, g, want)
		}
	}
}
