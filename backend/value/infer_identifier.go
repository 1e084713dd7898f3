package value

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/message"
)

// keptAsText says why a text that may be read as a number has to stay a text:
// a number would not keep what it says. It returns "" where it may be one.
func keptAsText(text []byte) message.Text {
	s := text
	if s[0] == '-' {
		s = s[1:]
	}
	if len(s) > 1 && s[0] == '0' && isNumberlike(s[1:]) && (s[1] >= '0' && s[1] <= '9' || s[1] == ' ') {
		return message.T("leading_zero")
	}
	if mantissa, exponent := cutExponent(s); len(exponent) > 0 && exponent[1] != '+' && exponent[1] != '-' &&
		len(mantissa) > 0 && bytes.IndexFunc(mantissa, notDigit) < 0 {
		return message.T("identifier_with_e")
	}
	if text[0] == '+' && countDigits(text) >= 7 && !bytes.ContainsAny(text, ".,") {
		return message.T("phone_number")
	}
	return message.Text{}
}

// mangledDigits is from how many digits on a spreadsheet writes a whole number
// with an exponent.
const mangledDigits = 12

// isMangled reports whether text is a number of as many digits as a spreadsheet
// shows it: 4.00638E+12.
func isMangled(text []byte) bool {
	mantissa, exponent := cutExponent(text)
	return len(exponent) == len("E+12") && exponent[0] == 'E' && exponent[1] == '+' &&
		(exponent[2]-'0')*10+exponent[3]-'0' >= mangledDigits-1 &&
		len(mantissa) > 0 && bytes.IndexFunc(mantissa, func(r rune) bool { return notDigit(r) && r != '.' && r != ',' }) < 0
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// isNumberlike reports whether s has only digits and separators.
func isNumberlike(s []byte) bool {
	return bytes.IndexFunc(s, func(r rune) bool {
		return notDigit(r) && r != '.' && r != ',' && r != ' ' && r != '\'' && !isWideBlank(r)
	}) < 0
}

func countDigits(s []byte) int {
	n := 0
	for _, b := range s {
		if b-'0' <= 9 {
			n++
		}
	}
	return n
}

// isCode reports whether text has digits together with letters or hyphens and
// no blanks, as identifiers have: 12a, R-10025. A number with a letter that
// looks like a digit is none.
func isCode(text []byte) bool {
	if countDigits(text) == 0 {
		return false
	}
	other := false
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case unicode.IsSpace(r):
			return false
		case unicode.IsLetter(r) || i > 0 && strings.ContainsRune("-/_", r):
			other = true
		case !unicode.IsDigit(r) && !strings.ContainsRune("-/_.,#", r):
			return false
		}
		i += n
	}
	return other && lookAlikeHint(text, &plainNumbers).ID == ""
}

// identifierNames are the words in the names of fields whose digits are no
// number: they are compared, never added.
var identifierNames = wordSet(`
	zip zipcode postcode postal postalcode plz postleitzahl codepostal cep codigopostal postnummer postnr postinumero irsz
	phone telephone telephonenumber phonenumber tel telefon telefono téléphone telefone fone celular móvil movil mobile mobil mobilnummer handy
	cellphone fax whatsapp msisdn puhelin telefonnummer rufnummer
	iban bic swift blz sortcode routingnumber ssn socialsecurity vat vatid ustid taxid steuernummer steuerid
	cpf cnpj nif cuit cuil curp nino nhs siren siret insee pesel regon personnummer cpr bsn ahv svnr oib jmbg
	isbn issn ean ean13 gtin upc asin barcode sku mpn partnumber partno artikelnummer imei imsi isin wkn cusip sedol iccid doi orcid
	accountnumber accountno kontonummer kontonr cardnumber kartennummer creditcard numerodecuenta fips naics`)

// codeNames are the words in the names of fields that hold identifiers. These may
// well be counted as whole numbers are, but have no decimals, exponents or
// thousands separators.
var codeNames = wordSet(`
	id ids uid gid pid identifier identificador identifikator identifiant kennung kennziffer kennzeichen ident
	code codes kode kod codigo código codice cod schlüssel schluessel key
	account konto cuenta conta compte rekening
	nummer numero número numéro nr nro kundennummer bestellnummer rechnungsnummer auftragsnummer matrikel matricula matrícula
	chapter section kapitel abschnitt capítulo chapitre gliederung ordnungszahl outline clause paragraph`)

// amountNames are the words in the names of fields that hold amounts and measures.
var amountNames = wordSet(`
	price prices preis preise prix precio precios prezzo preço preco prijs pris cena hinta ár fiyat цена
	amount betrag montant importe importo valor bedrag beløb belopp kwota cantidad quantidade quantity qty menge anzahl
	cost costs kosten coût costo custo total totals sum summe somme suma value wert valeur valore saldo balance
	rate kurs taux tasa tasso taxa ratio percent percentage prozent score weight gewicht poids peso height width length size
	revenue umsatz sales profit gewinn income salary gehalt lohn tax steuer fee gebühr discount rabatt
	temperature temp temperatur température temperatura depth distance lat latitude lon lng longitude speed area volume usd eur gbp open high low close`)

// dateNames and durationNames are the words in the names of fields
// that hold such values.
var (
	dateNames = wordSet(`
		date dates datum data fecha dato dag tag day dia día jour giorno päivä pvm dzień dzien день дата tarih datetime timestamp
		birth born birthday dob geburt geboren geb nacimiento naissance nascita nascimento am vom von bis from to since until seit
		start end begin beginn ende created updated modified valuta wertstellung buchung stand`)
	durationNames = wordSet(`
		duration dauer durée duree duración duracion durata duração duracao varighet varighed length länge laenge elapsed runtime laufzeit
		lap split splits pace playtime spieldauer lasted took chrono mins minutes minuten`)
	// durationWords make a duration of one of timeWords that stands after them.
	timeWords     = wordSet("time times zeit tiempo tempo temps tid tijd")
	durationWords = wordSet("lap race run finish total elapsed running chip gun net split swim bike best record winning play")
)

// identifierTails are the words that may stand after them.
var identifierTails = wordSet("code number no nr num nummer id numero número numéro")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// namesIdentifier reports whether the name of a field says that its values
// are identifiers. A word counts only at the end: phone_calls is a number.
func namesIdentifier(name string) bool {
	words := nameWords(name)
	for len(words) > 1 && identifierTails[words[len(words)-1]] {
		if identifierNames[words[len(words)-2]+words[len(words)-1]] {
			return true
		}
		words = words[:len(words)-1]
	}
	return len(words) > 0 && identifierNames[words[len(words)-1]]
}

// namesCode reports whether the name of a field says that its values tell things
// apart.
func namesCode(name string) bool {
	words := nameWords(name)
	return len(words) > 0 && codeNames[words[len(words)-1]]
}

// namesNumber reports whether the name of a field says that its values are numbers
// of something, as an article's.
func namesNumber(name string) bool {
	words := nameWords(name)
	return len(words) > 0 && identifierTails[words[len(words)-1]]
}

// namesAmount, namesDate and namesDuration report whether the name of a field has
// a word for such a value.
func namesAmount(name string) bool { return hasWord(name, amountNames) }
func namesDuration(name string) bool {
	words := nameWords(name)
	if len(words) > 1 && timeWords[words[len(words)-1]] && durationWords[words[len(words)-2]] {
		return true
	}
	return hasWord(name, durationNames)
}
func namesDate(name string) bool {
	return hasWord(name, dateNames) || endsWith(name, "datum", "date", "tag", "dato", "fecha")
}

func hasWord(name string, set map[string]bool) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool { return set[w] })
}

func endsWith(name string, tails ...string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool {
		return slices.ContainsFunc(tails, func(tail string) bool { return strings.HasSuffix(w, tail) })
	})
}

// namesVersion reports whether the name of a field says that its values are
// versions, which only look like decimals.
func namesVersion(name string) bool {
	words := nameWords(name)
	return len(words) > 0 && words[len(words)-1] == "version"
}

// namesBoolean reports whether the name of a field says that its values are
// true or false.
func namesBoolean(name string) bool {
	words := nameWords(name)
	if len(words) == 0 {
		return false
	}
	switch words[0] {
	case "is", "has", "can", "was", "ist", "hat":
		return len(words) > 1
	}
	switch words[len(words)-1] {
	case "active", "inactive", "enabled", "disabled", "deleted", "visible", "hidden", "published", "archived",
		"verified", "flag", "bool", "boolean", "aktiv", "inaktiv", "gelöscht", "sichtbar", "actif":
		return true
	}
	return false
}

// nameWords cuts a name into its words, in lower case: at what is neither
// letter nor digit, and where a capital follows a small letter.
func nameWords(name string) []string {
	var b strings.Builder
	before := ' '
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			b.WriteByte(' ')
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteByte(' ')
			fallthrough
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	return strings.Fields(b.String())
}
