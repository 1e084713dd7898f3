package load

// A guessedParser reads the numbers of a column whose type was guessed. It
// refuses the texts that inference would have kept as they are.
type guessedParser struct {
	parser
	exponents bool // the numbers may have exponents
}

func (p guessedParser) parse(arena []byte, start, end int) ([]byte, Cell, bool) {
	if b := arena[start]; (b == '0' || b == '-' || b == '+' || p.exponents) && keptAsText(arena[start:end]) != "" {
		return arena, Cell{}, false
	}
	return p.parser.parse(arena, start, end)
}

func (p guessedParser) explain(text []byte) *fault {
	if why := keptAsText(text); why != "" {
		return &fault{CodeNotANumber, "it is " + shown(text) + ", " + why,
			"check all records, which makes the column text, or choose its type"}
	}
	return p.parser.explain(text)
}
