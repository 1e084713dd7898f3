package csvfile

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// A generated file is one that a program or a person could have written.
type generated struct {
	seed    uint64
	content []byte
	names   []string // nil where there is no header
	records [][]string
	about   string // how it was written
	parts   parts  // the same, for counting
}

// parts are the choices that were made for a generated file.
type parts struct {
	delim, quoting, lineEnd, encoding, layout string
}

// A script is the words of a language, and the encodings to write them in.
type script struct {
	encodings []string
	names     []string
	words     []string
	headers   []string
}

var scripts = []script{
	{
		[]string{"utf-8", "utf-8", "utf-8-bom", "windows-1252", "utf-16le-bom"},
		[]string{"Smith", "Johnson", "Mary O'Neil", "Bob", "Alice Cooper", "McDonald & Sons", "Jean-Luc", "Baker"},
		[]string{"table", "oak", "chair", "with", "a", "hand-made", "red", "the", "large", "of", "old", "bookcase", "lamp", "and", "garden", "kitchen", "finest", "Sturdy", "made", "for"},
		[]string{"id", "name", "description", "price", "quantity", "created_at", "email", "active", "city", "code", "note", "total", "first name", "Last Name", "order no", "customer_id"},
	},
	{
		[]string{"utf-8", "utf-8-bom", "windows-1252", "iso-8859-1", "utf-16le-bom", "utf-16be-bom"},
		[]string{"Müller", "Jäger", "Schäfer", "Weiß", "Köhler", "Schröder", "Günther Groß", "Böhm"},
		[]string{"Tisch", "schön", "größe", "für", "Küche", "mit", "Möbel", "über", "Stühle", "weiß", "grün", "Straße", "und", "aus", "Fußboden", "natürlich", "Gerät", "Tür"},
		[]string{"id", "name", "straße", "ort", "preis", "menge", "datum", "größe", "bemerkung", "artikelnr", "kategorie", "Stück"},
	},
	{
		[]string{"utf-8", "windows-1252", "iso-8859-15", "utf-16le"},
		[]string{"François", "Hélène", "Lefèvre", "Noël", "Gérard", "Benoît", "Dubois", "Zoë"},
		[]string{"très", "été", "forêt", "château", "où", "ça", "élève", "français", "déjà", "maison", "jardin", "à", "côté", "près", "idée", "café", "leçon", "bois"},
		[]string{"id", "nom", "prénom", "ville", "prix", "quantité", "date", "créé_le", "référence", "catégorie", "téléphone"},
	},
	{
		[]string{"utf-8", "windows-1252", "iso-8859-1"},
		[]string{"Muñoz", "Peña", "José García", "Ángel", "Núñez", "Sofía", "Rodríguez", "López"},
		[]string{"año", "niño", "también", "más", "después", "está", "aquí", "canción", "jardín", "mañana", "señor", "dirección", "número", "azúcar", "fácil", "casa"},
		[]string{"id", "nombre", "ciudad", "precio", "fecha", "teléfono", "dirección", "cantidad", "descripción", "año"},
	},
	{
		[]string{"utf-8", "windows-1250", "iso-8859-2", "utf-8-bom"},
		[]string{"Łukasz", "Wiśniewski", "Wójcik", "Kowalczyk", "Zieliński", "Małgorzata", "Dąbrowska", "Świątek"},
		[]string{"stół", "krzesło", "książka", "żółty", "piękny", "łóżko", "źródło", "się", "będzie", "mały", "duży", "światło", "być", "może", "część", "dzień"},
		[]string{"id", "nazwa", "miasto", "cena", "ilość", "data", "ulica", "opis", "wartość", "imię"},
	},
	{
		[]string{"utf-8", "windows-1250", "iso-8859-2"},
		[]string{"Dvořák", "Novák", "Černý", "Procházka", "Kučera", "Veselý", "Růžička", "Němec"},
		[]string{"stůl", "židle", "červený", "příliš", "žluťoučký", "kůň", "úpěl", "ďábelské", "ódy", "řeka", "město", "ještě", "když", "může", "něco"},
		[]string{"id", "jméno", "město", "cena", "množství", "datum", "ulice", "popis", "částka"},
	},
	{
		[]string{"utf-8", "windows-1251", "koi8-r", "iso-8859-5", "ibm866", "utf-16le-bom"},
		[]string{"Иванов", "Петрова", "Сидоров", "Кузнецова", "Смирнов", "Попова", "Москва", "Наталья"},
		[]string{"стол", "красный", "большой", "новый", "дом", "улица", "книга", "город", "для", "очень", "хороший", "цена", "человек", "время", "жизнь", "работа"},
		[]string{"ид", "имя", "город", "цена", "количество", "дата", "адрес", "описание", "id", "name"},
	},
	{
		[]string{"utf-8", "windows-1253", "iso-8859-7"},
		[]string{"Παπαδόπουλος", "Γεωργίου", "Νίκος", "Ελένη", "Αθήνα", "Δημήτρης", "Μαρία"},
		[]string{"τραπέζι", "κόκκινο", "μεγάλο", "σπίτι", "βιβλίο", "πόλη", "και", "το", "νέο", "καλημέρα", "θάλασσα", "ψωμί"},
		[]string{"id", "όνομα", "πόλη", "τιμή", "ποσότητα", "ημερομηνία", "διεύθυνση"},
	},
	{
		[]string{"utf-8", "windows-1254", "iso-8859-9"},
		[]string{"Yılmaz", "Şahin", "Öztürk", "Çelik", "Ayşe", "Gökhan", "İbrahim", "Aydın"},
		[]string{"masa", "kırmızı", "büyük", "güzel", "için", "değil", "şehir", "çok", "ağaç", "ışık", "yeşil", "küçük", "öğretmen"},
		[]string{"id", "isim", "şehir", "fiyat", "miktar", "tarih", "açıklama", "adres"},
	},
	{
		[]string{"utf-8", "shift_jis", "euc-jp", "utf-16le-bom"},
		[]string{"田中太郎", "山本花子", "佐藤健", "鈴木一郎", "高橋", "東京都", "大阪市", "サトウ"},
		[]string{"テーブル", "赤い", "大きな", "椅子", "これは", "です", "新しい", "本", "日本語の", "テキスト", "ありがとう", "木製の", "家具"},
		[]string{"番号", "名前", "住所", "価格", "数量", "日付", "説明", "id", "備考"},
	},
	{
		[]string{"utf-8", "gb18030", "utf-8-bom", "utf-16le-bom"},
		[]string{"王伟", "李娜", "张敏", "刘洋", "陈静", "北京市", "上海", "广州"},
		[]string{"桌子", "红色的", "大", "椅子", "这是", "新的", "中文", "文本", "家具", "我们", "质量很好", "产品说明", "价格便宜"},
		[]string{"编号", "姓名", "地址", "价格", "数量", "日期", "说明", "id", "备注"},
	},
	{
		[]string{"utf-8", "big5"},
		[]string{"王小明", "李美麗", "張志豪", "劉德華", "陳怡君", "台北市", "高雄"},
		[]string{"桌子", "紅色的", "這是", "新的", "中文", "我們", "產品說明", "價格", "學生", "國家", "電話"},
		[]string{"編號", "姓名", "地址", "價格", "數量", "日期", "說明", "id"},
	},
	{
		[]string{"utf-8", "euc-kr"},
		[]string{"김민수", "이영희", "박지성", "최수진", "서울", "부산", "정우성"},
		[]string{"책상", "빨간", "큰", "의자", "이것은", "새로운", "한국어", "가구", "안녕하세요", "좋은", "제품", "설명"},
		[]string{"번호", "이름", "주소", "가격", "수량", "날짜", "설명", "id"},
	},
}

// generate makes a file of the seed.
func generate(seed uint64) generated {
	r := rand.New(rand.NewPCG(seed, 42))
	g := generated{seed: seed}
	sc := scripts[0]
	if r.IntN(3) > 0 {
		sc = scripts[r.IntN(len(scripts))]
	}
	encoding := pick(r, sc.encodings)
	single := r.IntN(40) == 0
	cols := 2 + r.IntN(9)
	if single {
		cols = 1
	}
	rows := []int{3 + r.IntN(8), 10 + r.IntN(40), 50 + r.IntN(200)}[r.IntN(3)]
	header := single || r.IntN(5) > 0

	w := newWriter(r, sc, single)
	kinds := make([]func() string, cols)
	typed := 0
	for i := range kinds {
		k := r.IntN(12)
		if i == 0 && !single && r.IntN(2) == 0 {
			k = 0
		}
		if k < 6 {
			typed++
		}
		kinds[i] = w.kind(k)
	}
	if typed == 0 && !header {
		kinds[r.IntN(cols)] = w.kind(0) // otherwise nobody could tell
	}
	empties := []float64{0, 0, 0.05, 0.3}[r.IntN(4)]
	for range rows {
		rec := make([]string, cols)
		filled := false
		for i := range rec {
			if r.Float64() >= empties || i == 0 {
				rec[i] = kinds[i]()
			}
			filled = filled || rec[i] != ""
		}
		if !filled {
			rec[0] = kinds[0]()
		}
		g.records = append(g.records, rec)
	}
	if header {
		seen := map[string]bool{}
		for len(g.names) < cols {
			s := w.clean(pick(r, sc.headers))
			if seen[s] {
				s += fmt.Sprintf("_%d", len(g.names))
			}
			if !seen[s] {
				g.names = append(g.names, s)
			}
			seen[s] = true
		}
	}
	body := w.write(&g)
	g.content = encode(body, encoding)
	g.parts = parts{w.delim, w.quoting, w.lineEnd, encoding, w.layout}
	g.about = fmt.Sprintf("delimiter %q, quoting %s (%q, escape %q), lines %q, %s, layout %q, %d×%d, header %v",
		w.delim, w.quoting, w.quote, w.escape, w.lineEnd, encoding, w.layout, rows, cols, header)
	return g
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// A writer writes records the way that some program does.
type writer struct {
	r      *rand.Rand
	sc     script
	single bool

	delim, quote, escape, lineEnd, quoting, layout string
	comma                                          bool // decimals have a comma
	lines, quotes, delims                          bool // text may hold them
}

func newWriter(r *rand.Rand, sc script, single bool) *writer {
	w := &writer{r: r, sc: sc, single: single}
	w.delim = []string{",", ",", ",", ",", ";", ";", ";", "\t", "\t", "|", "|", "^", "~", ":", " ", "||", "::", "|~|", ", ", "\x01", "\x1f"}[r.IntN(21)]
	w.lineEnd = []string{"\n", "\n", "\n", "\r\n", "\r\n", "\r"}[r.IntN(6)]
	w.quote, w.escape = `"`, `"`
	w.quoting = []string{"minimal", "minimal", "minimal", "all", "text", "none", "backslash", "single"}[r.IntN(8)]
	switch w.quoting {
	case "none":
		w.quote, w.escape = "", ""
	case "backslash":
		w.escape = `\`
	case "single":
		w.quote, w.escape = "'", "'"
	}
	w.layout = []string{"plain", "plain", "plain", "plain", "plain", "preamble", "comments", "footer", "blank", "sep", "title", "two headers"}[r.IntN(12)]
	if single || w.delim == " " || w.delim == ":" {
		w.layout = "plain"
	}
	if single {
		w.delim = ","
	}
	w.comma = w.delim != "," && w.delim != ", " && r.IntN(2) == 0
	rich := r.IntN(3)
	w.delims = rich > 0 && w.quoting != "none"
	w.quotes = rich > 1 && w.quoting != "none"
	w.lines = rich > 1 && r.IntN(2) == 0 && w.quoting != "none"
	return w
}

// kind returns a maker of values of one kind. Those below 6 are typed.
func (w *writer) kind(k int) func() string {
	r := w.r
	switch k {
	case 0:
		n := r.IntN(100000)
		return func() string { n += 1 + r.IntN(3); return fmt.Sprint(n) }
	case 1:
		return func() string {
			s := fmt.Sprintf("%d.%02d", r.IntN(5000), r.IntN(100))
			if w.comma {
				s = strings.ReplaceAll(s, ".", ",")
			}
			return s
		}
	case 2:
		f := pick(r, []string{"%d-%02d-%02d", "%d/%02d/%02d"})
		return func() string { return fmt.Sprintf(f, 1990+r.IntN(40), 1+r.IntN(12), 1+r.IntN(28)) }
	case 3:
		f := pick(r, []string{"%02d.%02d.%d", "%02d/%02d/%d"})
		return func() string { return fmt.Sprintf(f, 1+r.IntN(28), 1+r.IntN(12), 1990+r.IntN(40)) }
	case 4:
		if w.delim == " " || w.delim == ":" {
			return w.kind(0)
		}
		f := pick(r, []string{"%d-%02d-%02d %02d:%02d:%02d", "%d-%02d-%02dT%02d:%02d:%02dZ"})
		return func() string {
			return fmt.Sprintf(f, 1990+r.IntN(40), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60))
		}
	case 5:
		words := pick(r, [][2]string{{"true", "false"}, {"yes", "no"}, {"Y", "N"}})
		return func() string { return words[r.IntN(2)] }
	case 6:
		return func() string { return fmt.Sprintf("%s-%04d", pick(r, []string{"A", "B", "XK"}), r.IntN(10000)) }
	case 7:
		return func() string { return fmt.Sprintf("user%d@example.com", r.IntN(1000)) }
	case 8, 9:
		return func() string { return w.clean(pick(r, w.sc.names)) }
	}
	return func() string {
		n := 1 + r.IntN(8)
		var b strings.Builder
		for i := range n {
			if i > 0 {
				switch {
				case w.delims && r.IntN(6) == 0:
					b.WriteString(pick(r, []string{", ", w.delim, ","}))
				case w.lines && r.IntN(8) == 0:
					b.WriteString(w.lineEnd)
				default:
					b.WriteByte(' ')
				}
			}
			word := pick(r, w.sc.words)
			if w.quotes && r.IntN(10) == 0 {
				word = `"` + word + `"`
			}
			b.WriteString(word)
		}
		s := b.String()
		if r.IntN(4) == 0 {
			s += "."
		}
		if r.IntN(60) == 0 && w.quoting != "none" {
			s += ` 5" wide`
		}
		return w.clean(s)
	}
}

// clean takes out of s what can't be written without quotes.
func (w *writer) clean(s string) string {
	if w.quoting != "none" {
		return s
	}
	return strings.NewReplacer(w.delim, "", "\n", " ", "\r", " ").Replace(s)
}

func (w *writer) field(s string, number bool) string {
	if w.quote == "" {
		return s
	}
	need := strings.Contains(s, w.delim) || strings.Contains(s, w.quote) || strings.ContainsAny(s, "\r\n") ||
		w.escape == `\` && strings.Contains(s, `\`) || s != strings.TrimSpace(s)
	if w.delim == ", " && strings.Contains(s, ",") {
		need = true
	}
	switch {
	case w.quoting == "all", w.quoting == "text" && !number && s != "", need:
	default:
		return s
	}
	if w.escape == `\` {
		s = strings.ReplaceAll(s, `\`, `\\`)
	}
	return w.quote + strings.ReplaceAll(s, w.quote, w.escape+w.quote) + w.quote
}

func (w *writer) line(rec []string, b *strings.Builder) {
	for i, s := range rec {
		if i > 0 {
			b.WriteString(w.delim)
		}
		k := kindOf([]byte(s))
		b.WriteString(w.field(s, k == cellNumber || k == cellWord))
	}
	b.WriteString(w.lineEnd)
}

// write writes the file as text.
func (w *writer) write(g *generated) string {
	var b strings.Builder
	r := w.r
	cols := len(g.records[0])
	switch w.layout {
	case "preamble":
		b.WriteString("Report of all items" + w.lineEnd)
		if r.IntN(2) == 0 {
			b.WriteString("Created on 2024-05-01 by the office" + w.lineEnd)
		}
		if r.IntN(2) == 0 {
			b.WriteString(w.lineEnd)
		}
	case "comments":
		b.WriteString("# export of the warehouse" + w.lineEnd + "# version 3, all items" + w.lineEnd)
	case "sep":
		b.WriteString("sep=" + w.delim + w.lineEnd)
	case "title":
		if cols >= 3 && g.names != nil {
			rec := make([]string, cols)
			rec[0] = "Report"
			w.line(rec, &b)
		}
	case "two headers":
		top := make([]string, cols)
		typed := false
		for i := range top {
			if k := kindOf([]byte(g.records[0][i])); k == cellNumber || k == cellDatetime {
				typed = true
			}
		}
		if typed && g.names != nil && len(g.records) > 5 {
			for i := range top {
				top[i] = fmt.Sprintf("group %c", 'A'+i/2)
			}
			w.line(top, &b)
		} else {
			w.layout = "plain"
		}
	}
	if g.names != nil {
		w.line(g.names, &b)
	}
	for i, rec := range g.records {
		if w.layout == "blank" && i > 0 && r.IntN(10) == 0 {
			b.WriteString(w.lineEnd)
		}
		if w.layout == "comments" && r.IntN(20) == 0 {
			b.WriteString("# a note" + w.lineEnd)
		}
		w.line(rec, &b)
	}
	switch w.layout {
	case "footer":
		if r.IntN(2) == 0 {
			b.WriteString(w.lineEnd)
		}
		b.WriteString(fmt.Sprintf("(%d rows)", len(g.records)) + w.lineEnd)
	case "two headers":
		for i := range g.names {
			g.names[i] = fmt.Sprintf("group %c %s", 'A'+i/2, g.names[i])
		}
	}
	s := b.String()
	if r.IntN(5) == 0 && cols > 1 {
		s = strings.TrimSuffix(s, w.lineEnd)
	}
	return s
}

// byteOrderMarks are those of the encodings that have one.
var byteOrderMarks = map[string]string{
	"utf-8": "\xef\xbb\xbf", "utf-16le": "\xff\xfe", "utf-16be": "\xfe\xff", "utf-32le": "\xff\xfe\x00\x00", "utf-32be": "\x00\x00\xfe\xff",
}

// encode returns the text as bytes in the encoding, with its byte order mark if
// the name ends in -bom. It panics where the encoding lacks a character.
func encode(text, name string) []byte {
	name, marked := strings.CutSuffix(name, "-bom")
	mark := ""
	if marked {
		mark = byteOrderMarks[name]
	}
	e, err := encodingOf(name)
	if err != nil {
		panic(err)
	}
	b, err := e.NewEncoder().String(text)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return []byte(mark + b)
}

func encodingOf(name string) (encoding.Encoding, error) {
	switch name {
	case "utf-8":
		return encoding.Nop, nil
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	case "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), nil
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), nil
	case "ibm858": // neither index has it
		return charmap.CodePage858, nil
	case "ibm1140":
		return charmap.CodePage1140, nil
	}
	if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
		return e, nil
	}
	return htmlindex.Get(name)
}
