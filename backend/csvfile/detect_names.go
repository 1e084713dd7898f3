package csvfile

import (
	"strings"
	"sync"
	"unicode"

	"linefeed/backend/charset"
)

// nameWords are words, in several languages, that are more often names of fields
// than values. charset.FieldWords has those with letters beyond ASCII.
const nameWords = `
id ids uuid guid key code codes sku ean gtin isbn name names title label text note notes comment comments remark remarks
description desc email mail phone tel fax mobile address addr street city town state country county region province
district zip postcode postal lat lon lng long latitude longitude date time datetime timestamp created updated modified
year month day hour week quarter age sex gender birthday price cost amount total sum qty quantity count number no nr num
value values unit units currency rate tax status active enabled type kind category subcategory group class tag tags url
link website file filename path size weight height width length depth color colour first last user username login company
organization organisation department role job score rank level version index row line col column field order product item
customer client account invoice vendor supplier brand model serial percent percentage share ratio average mean min max
minimum maximum median std balance debit credit payment payee transaction reference ref source target station location
place site language gdp population team player season species sample
vorname nachname firma straße strasse ort plz stadt land datum uhrzeit preis menge betrag anzahl bezeichnung beschreibung
bemerkung einheit kunde konto artikel artikelnr nummer jahr monat tag wert typ art geburtsdatum telefon waehrung saldo
verwendungszweck buchungstag umsatz kategorie gemeinde kreis bundesland einwohner
nombre apellido apellidos ciudad pais fecha hora precio cantidad importe moneda cliente producto codigo descripcion
direccion telefono correo estado provincia municipio sexo edad mes valor tipo marca modelo saldo concepto
nome cognome sobrenome cidade endereco preco quantidade quantia moeda telefone municipio uf bairro ano mes dia idade
cep cpf cnpj produto descricao
nom prenom ville pays rue adresse prix quantite montant devise produit libelle commune departement annee mois jour
heure numero valeur solde codepostal sexe
citta indirizzo prezzo quantita importo valuta prodotto descrizione comune provincia regione anno mese giorno valore
naam voornaam achternaam straat plaats woonplaats postcode gemeente prijs aantal bedrag omschrijving jaar maand waarde
provincie telefoonnummer
namn fornamn efternamn adress postnummer ort belopp antal pris datum navn fornavn efternavn etternavn adresse by beløb
antall dato nimi sukunimi etunimi osoite kaupunki postinumero hinta summa kunta vuosi kuukausi nafn
imie nazwisko nazwa miasto ulica kod cena ilosc kwota opis waluta adres wojewodztwo gmina rok kategoria
jmeno prijmeni mesto ulice cislo castka popis nazev mnozstvi datum vek rok obec kraj
nev vezeteknev keresztnev varos utca ar mennyiseg osszeg leiras ev
ime prezime grad ulica cijena cena kolicina iznos opis godina naziv
nume prenume oras judet strada pret cantitate suma data descriere an localitate
vardas pavarde miestas gatve kaina kiekis suma metai vards uzvards pilseta iela cena skaits gads eesnimi perekonnanimi linn
tanav hind kogus aasta
ad adi soyad soyadi isim sehir il ilce adres fiyat miktar tutar tarih urun musteri yil telefon
january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
lunes martes miércoles jueves viernes sábado domingo
janvier février mars avril juin juillet août septembre octobre novembre décembre
lundi mardi mercredi jeudi vendredi samedi dimanche
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
januari februari maart mei augustus maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
nama alamat kota harga jumlah tanggal tahun bulan keterangan jina mji ten ho dia_chi
`

var nameSet = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(nameWords) {
		set[w] = true
	}
	for _, w := range charset.FieldWords() {
		set[w] = true
	}
	for _, w := range []string{"für", "über", "książka", "część", "niño", "razón", "även", "også", "både", "är", "från", "på", "já", "são", "não", "até", "três", "você", "että", "już", "się", "già", "più", "però", "perché", "también"} {
		delete(set, w) // words of prose, which only tell a language
	}
	return set
})

// isNameLike reports whether s is, or is made of, a word that names fields.
func isNameLike(s string) bool {
	if len(s) > 60 || len(s) > 6 && strings.HasSuffix(s, ".") {
		return false // a sentence; shorter ones may be short forms, such as Nr.
	}
	set := nameSet()
	words := nameParts(s)
	if len(words) > 5 {
		return false
	}
	for _, w := range words {
		if set[w] || len(w) > 3 && set[strings.TrimSuffix(w, "s")] {
			return true
		}
	}
	return false
}

// nameParts returns the words of a name in lower case, split at punctuation,
// blanks, digits and capitals.
func nameParts(s string) []string {
	var words []string
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			words = append(words, strings.ToLower(b.String()))
			b.Reset()
		}
	}
	small := false
	for _, c := range s {
		switch {
		case unicode.IsLetter(c) || unicode.Is(unicode.Mn, c):
			if small && unicode.IsUpper(c) {
				end()
			}
			b.WriteRune(c)
			small = unicode.IsLower(c)
		case c == '\'' && b.Len() > 0:
		default:
			end()
			small = false
		}
	}
	end()
	return words
}

// likeNames reports whether the cells may be the names of fields: none is empty,
// repeated or a value.
func likeNames(cells []string) bool {
	seen := map[string]bool{}
	across := inSeries(cells, 1, nil)
	for j, s := range cells {
		if s == "" || seen[s] {
			return false
		}
		seen[s] = true
		switch kindOf([]byte(s)) {
		case cellNumber, cellDatetime, cellWord:
			if !across[j] {
				return false
			}
		}
	}
	return len(cells) > 0
}
