package charset

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A language is what its text looks like beyond ASCII, and the encodings used for
// it, the usual one first.
type language struct {
	name      string
	often     string // the letters that are frequent
	seldom    string // the other letters
	encodings string
	prior     float64 // below 0 for languages with fewer files
}

// languages differ by their letters: bytes read in the wrong encoding become
// letters that no language has together, or symbols within words.
var languages = []language{
	{"English", "éñüöï", "èêëàâäáåæçíîóôõøúû", "windows-1252 macintosh ibm437 ibm850", -0.1},
	{"French", "éèàç", "êâîôûùëïœæÿ", "windows-1252 iso-8859-15 macintosh ibm850 ibm437 ibm858", 0},
	{"German", "äöüß", "éèàáóñç", "windows-1252 iso-8859-15 macintosh ibm850 ibm437 ibm858", 0},
	{"Spanish", "áéíóúñü", "çàèïò", "windows-1252 iso-8859-15 macintosh ibm850 ibm437", 0},
	{"Portuguese", "ãõáéíóúâôçà", "êü", "windows-1252 iso-8859-15 macintosh ibm850 ibm860", 0},
	{"Italian", "àèéòù", "ìîó", "windows-1252 iso-8859-15 macintosh ibm850", -0.2},
	{"Dutch", "ëéïèöü", "áàêçóôûíñä", "windows-1252 iso-8859-15 macintosh ibm850", -0.2},
	{"Nordic", "åäöæøé", "üèàáêó", "windows-1252 iso-8859-15 macintosh ibm850 ibm865", -0.2},
	{"Icelandic and Faroese", "áéíóúýæöø", "þð", "windows-1252 iso-8859-15", -0.7},
	{"Polish", "ąćęłńóśźż", "é", "windows-1250 iso-8859-2 ibm852 iso-8859-16", -0.1},
	{"Czech", "áčéěířšúůýž", "ďňóťöü", "windows-1250 iso-8859-2 ibm852", -0.3},
	{"Slovak", "áčéíšťúýž", "äďľňóôĺŕöü", "windows-1250 iso-8859-2 ibm852", -0.5},
	{"Hungarian", "áéíóöőúüű", "", "windows-1250 iso-8859-2 ibm852", -0.3},
	{"Croatian and Slovene", "čćđšž", "é", "windows-1250 iso-8859-2 ibm852", -0.5},
	{"Romanian", "ăâîșțşţ", "é", "windows-1250 iso-8859-2 iso-8859-16", -0.4},
	{"Lithuanian", "ąčęėįšųūž", "", "windows-1257 iso-8859-13 iso-8859-4", -0.7},
	{"Latvian", "āčēģīķļņšūž", "ŗō", "windows-1257 iso-8859-13 iso-8859-4", -0.8},
	{"Estonian", "õäöü", "šž", "windows-1252 iso-8859-15 windows-1257 iso-8859-13 iso-8859-4", -0.5},
	{"Albanian", "ëç", "é", "windows-1252 iso-8859-15", -0.7},
	{"Turkish", "çğıöşüİ", "âîû", "windows-1254 iso-8859-9", -0.2},
	{"Russian", "оеаинтсрвлкмдпуяы", "ьгзбчйхжшюцщэфъё", "windows-1251 koi8-r iso-8859-5 ibm866 x-mac-cyrillic", 0},
	{"Ukrainian", "оаніивтерскулдмпя", "зьбгйчхцжюєшщїфґ", "windows-1251 koi8-u iso-8859-5 x-mac-cyrillic", -0.4},
	{"Bulgarian", "аеиотнрсвлдкпмгзъ", "убчщцжшяйхюфь", "windows-1251 iso-8859-5", -0.5},
	{"Greek", "αεηιοντσςρπυλκμωά", "δγήίόθφχζέύβώξψϊϋΐΰ", "windows-1253 iso-8859-7", -0.3},
	{"Hebrew", "יוהלאמרתבשנחםעד", "אבגדהוזחטיכלמנסעפצקרשתםןץףך", "windows-1255 iso-8859-8 ibm862", -0.5},
	{"Arabic", "اليمنرتبوةعدسه", "فكحقجشطصخضذثزغظىءأإآئؤپچژگک،؟؛", "windows-1256 iso-8859-6", -0.5},
	{"Thai", "านรกอเงมยลวดทสตะปบคหแจพชขใไโผ\u0e48\u0e49\u0e34\u0e31\u0e35\u0e37\u0e38\u0e39", "ซญถธภศฮำึฃฅฆฉฌฎฏฐฑฒณฝฟฤฦษฬๅๆฯ฿\u0e47\u0e4a\u0e4b\u0e4c\u0e4d", "windows-874", -0.4},
	{"Vietnamese", "ăâđêôơư", "àáéèíìóòúùỵ́̀́̉̃", "windows-1258", -1},
}

// symbols occur in all languages.
const symbols = "№§¦¬€’‘“”„‚‹›–—…«»°©®½¼¾¹²³µ·×÷£¥¢•™¶†‡\u00a0±ºª¿¡"

// The weights of the evidence: an average character, a known word, an encoding that
// is not the usual one of its language. A single character weighs little, so if
// there are few, the usual encoding wins.
const (
	characterWeight = 2.0
	characterMost   = 30
	wordWeight      = 1.5
	plainWeight     = 0.5
	unusualWeight   = 0.2
	rareWeight      = 0.8
	lackWeight      = 10.0
	usualWeight     = 0.75 // of Windows-1252 in the languages of most files in old encodings
	aloneMost       = 0.3  // of a character alone in its field
	byteMost        = 6    // occurrences of the same byte that count
)

// A reading is the sample decoded in one encoding.
type reading struct {
	contexts []letter
	words    map[string]bool
	lacks    float64 // penalty for bytes that are not characters in it
}

// guessLegacy returns the likely encodings of bytes that are not UTF-8, best
// first.
func guessLegacy(parts [][]byte) []Candidate {
	high := highText(parts)
	weight := characterWeight * float64(evidence(high))
	lack := lacking(parts)
	best := map[string]float64{}
	note := func(name string, score float64) {
		if old, ok := best[name]; !ok || score > old {
			best[name] = score
		}
	}
	plain := plainText(parts)
	readings := map[string]reading{}
	read := func(name string) reading {
		r, ok := readings[name]
		if !ok {
			cs := Find(name)
			text := string(cs.Text(high, true))
			r = reading{contexts(text), wordsOf(text), lack(cs)}
			readings[name] = r
		}
		return r
	}
	for _, l := range languages {
		for i, name := range strings.Fields(l.encodings) {
			r := read(name)
			note(name, weight*l.score(r.contexts)+wordWeight*float64(knownWords(r.words, l.name))+plainWeight*float64(plainWordsIn(plain, l.name))+l.prior+l.usual(name)-unusualWeight*float64(i)-rarely(name)-r.lacks)
		}
	}
	for _, a := range asian {
		for i, name := range strings.Fields(a.encodings) {
			r := read(name)
			note(name, weight*scoreAsian(r.contexts, a.value)+wordWeight*float64(knownWords(r.words, a.name))+a.prior-unusualWeight*float64(i))
		}
	}
	list := make([]Candidate, 0, len(best))
	for name, score := range best {
		list = append(list, Candidate{Find(name), score})
	}
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), charsetIndex(a.Charset)-charsetIndex(b.Charset))
	})
	// Turn scores into shares of confidence.
	top := list[0].Confidence
	sum := 0.0
	for i := range list {
		list[i].Confidence = math.Exp(list[i].Confidence - top)
		if i > 0 && slices.Equal(readings[list[i].Charset.Name].contexts, readings[list[0].Charset.Name].contexts) {
			list[i].Confidence = 0 // the text is the same
		}
		sum += list[i].Confidence
	}
	for i := range list {
		list[i].Confidence = math.Round(100*0.95*list[i].Confidence/sum) / 100
	}
	return list
}

// evidence returns the number of bytes beyond ASCII that count as evidence: of the
// same byte, only a few do.
func evidence(text []byte) int {
	var counts [256]int
	n := 0
	for _, c := range text {
		if counts[c]++; c >= utf8.RuneSelf && counts[c] <= byteMost {
			n++
		}
	}
	return min(n, characterMost)
}

// lacking returns the penalty of a charset for bytes in the parts that are not
// characters in it: it is smaller if they are few among many.
func lacking(parts [][]byte) func(cs *Charset) float64 {
	var counts [256]int
	all := 0
	for _, b := range parts {
		for _, c := range b {
			if c >= utf8.RuneSelf {
				counts[c]++
				all++
			}
		}
	}
	return func(cs *Charset) float64 {
		if cs.single == nil {
			return 0
		}
		n := 0
		for i := utf8.RuneSelf; i < len(counts); i++ {
			if c := cs.single.DecodeByte(byte(i)); c == utf8.RuneError || c >= 0x80 && c < 0xA0 {
				n += counts[i]
			}
		}
		switch {
		case n == 0:
			return 0
		case 100*n < all:
			return lackWeight / 2
		}
		return lackWeight
	}
}

// rarely is the penalty of encodings that are rare in new files.
func rarely(name string) float64 {
	if name == "macintosh" || strings.HasPrefix(name, "ibm") {
		return rareWeight
	}
	return 0
}

// usual is the bonus of an encoding that most files in a common language have.
// English has none, as it borrows letters from all the others.
func (l *language) usual(name string) float64 {
	if name == "windows-1252" && l.prior > -0.3 && l.name != "English" {
		return usualWeight
	}
	return 0
}

// charsetIndex returns the rank of an encoding, the usual ones first.
func charsetIndex(c *Charset) int {
	return slices.IndexFunc(charsets, func(other Charset) bool { return other.Name == c.Name })
}

// highText returns the lines of the parts with bytes beyond ASCII, up to a limit.
func highText(parts [][]byte) []byte {
	const most = 4 << 10
	var out []byte
	for _, b := range parts {
		for len(b) > 0 && len(out) < most {
			n := LineEnd(b, true)
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

// A letter is a character beyond ASCII between its neighbors, and the number of
// times it occurs there.
type letter struct {
	before, c, after rune
	n                int
}

// contexts returns the letters of a text, in the order of their first occurrence.
func contexts(text string) []letter {
	var list []letter
	index := map[letter]int{}
	at := letter{}
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

// score is how much the text looks like the language, at most 1: the average over
// all characters beyond ASCII.
func (l *language) score(text []letter) float64 {
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

// value is how well c fits between its neighbors.
func (l *language) value(before, c, after rune) float64 {
	lower := unicode.ToLower(c)
	var v float64
	switch {
	case c == utf8.RuneError || c >= 0x80 && c < 0xA0:
		return -2
	case unicode.Is(unicode.Mn, c) && !unicode.IsLetter(before) && !unicode.Is(unicode.Mn, before):
		return -1.5 // a combining mark on nothing
	case strings.ContainsRune(symbols, c):
		v = symbolValue(before, c, after)
		if bounds(before) && bounds(after) {
			v = min(v, aloneMost-0.1)
		}
		return v
	case strings.ContainsRune("،؟؛", c) && before < utf8.RuneSelf && after < utf8.RuneSelf:
		return -0.3 // not in Arabic text
	case strings.ContainsRune(l.often, lower) || strings.ContainsRune(l.often, c):
		v = 1
	case strings.ContainsRune(l.seldom, lower):
		v = 0.6
	case unicode.IsLetter(c):
		return -0.7
	default:
		return -1
	}
	if !unicode.IsLetter(before) && !unicode.Is(unicode.Mn, before) && !unicode.IsLetter(after) && !unicode.Is(unicode.Mn, after) {
		if !unicode.Is(unicode.Latin, c) {
			return min(v, 0) // hardly any script but Latin has words of one letter
		}
		return min(v-0.4, aloneMost)
	}
	if !unicode.IsLetter(c) {
		return v
	}
	switch {
	case lower == 'ñ' && !isVowel(unicode.ToLower(after)), // it begins a syllable
		lower == 'ς' && unicode.IsLetter(after), // it ends a word
		l.name == "Portuguese" && (lower == 'õ' && unicode.ToLower(after) != 'e' || lower == 'ã' && isConsonant(after) && after|0x20 != 's'):
		v -= 0.6
	case isVowel(lower):
		if isConsonant(before) && isConsonant(after) {
			v += 0.1
		} else if isVowel(unicode.ToLower(before)) && isVowel(unicode.ToLower(after)) {
			v -= 0.3
		}
	case isConsonant(c) && isConsonant(before) && isConsonant(after):
		v -= 0.3
	}
	switch {
	case c != lower && unicode.IsLower(before):
		return v - 1.2 // a capital within a word
	case c == lower && unicode.IsUpper(after) && unicode.In(c, unicode.Latin, unicode.Cyrillic, unicode.Greek):
		return v - 0.7 // a capital after it
	case !unicode.Is(unicode.Latin, c) && unicode.IsLetter(c) && (isASCIILetter(before) || isASCIILetter(after)):
		return v - 1.2 // two scripts in one word
	case c != lower:
		return v - 0.15
	case unicode.IsUpper(before) && before >= utf8.RuneSelf && unicode.IsUpper(after):
		return v - 0.5
	}
	return v
}

// bounds reports whether c can be next to a field rather than part of it.
func bounds(c rune) bool {
	return c == 0 || strings.ContainsRune("\n\r,;\t|\"", c)
}

// symbolValue is how well a symbol fits between its neighbors: quotation marks at
// the ends of words, currencies next to numbers.
func symbolValue(before, c, after rune) float64 {
	letter := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
	switch c {
	case '\u00a0':
		return 0.9
	case 'º', 'ª':
		switch {
		case unicode.IsDigit(before), before == '.', before == 'n' || before == 'N':
			return 1
		case unicode.IsLetter(before) && unicode.IsLetter(after):
			return -0.7
		}
		return 0.3
	case '¿', '¡':
		if unicode.IsLetter(after) && !unicode.IsLetter(before) {
			return 1
		}
		return -0.3
	case '®', '™', '©', '²', '³', '¹', '…':
		if letter(before) && !letter(after) || c == '©' || c == '…' {
			return 0.9
		}
	case 'µ', '±', '§', '•', '¶':
		if !letter(before) {
			return 0.9
		}
	case '½', '¼', '¾', '×', '÷':
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return 0.9
		}
	case '“', '„', '‘', '«', '‚', '‹':
		if c != '“' && c != '‘' && letter(before) {
			return 0
		}
		if !letter(before) && (letter(after) || c == '«') {
			return 0.9
		}
	case '”', '»', '›':
		if !letter(after) && before != 0 && before != '\n' {
			return 0.9
		}
	case '’':
		if unicode.IsLetter(before) {
			return 0.9
		}
	case '€', '£', '¥':
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return 0.9
		}
	case '°':
		if unicode.IsDigit(before) || before == ' ' || before == 'n' || before == 'N' {
			return 0.9
		}
	case '–', '—':
		if before == ' ' && after == ' ' || unicode.IsDigit(before) && unicode.IsDigit(after) {
			return 0.9
		}
	}
	if unicode.IsLetter(before) && unicode.IsLetter(after) && !strings.ContainsRune("’·–§¦¬\u00a0", c) {
		return -0.7
	}
	return 0.5
}

// vowels are the vowels beyond ASCII of the scripts that have them; neither are
// letters that are neither vowel nor consonant.
const (
	vowels  = "áàâäãåāăąæéèêëēėęěíìîïīįıóòôöõőøōœúùûüūůűųýÿ" + "аеёиоуыэюяіїє" + "αεηιουωάέήίόύώϊϋΐΰ"
	neither = "ьъйў"
)

func isVowel(c rune) bool {
	if c < utf8.RuneSelf {
		return c != 0 && strings.ContainsRune("aeiouyAEIOUY", c)
	}
	return strings.ContainsRune(vowels, c)
}

// isConsonant reports whether c is a consonant in a script with vowels.
func isConsonant(c rune) bool {
	if !unicode.In(c, unicode.Latin, unicode.Cyrillic, unicode.Greek) {
		return false
	}
	lower := unicode.ToLower(c)
	return !isVowel(lower) && !strings.ContainsRune(neither, lower)
}

func isASCIILetter(c rune) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
