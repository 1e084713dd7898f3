package csvfile

import "fmt"

// warnings says what was mended in what was read.
func (s *Stats) warnings() []Warning {
	var list []Warning
	if s.Formulas > 0 {
		list = append(list, Warning{
			Code: WarnQuotes, Message: fmt.Sprintf(`%s written as ="…", as spreadsheets do for texts that look like numbers: read as the text in the quotes`, countAre(s.Formulas, "field")),
		})
	}
	if s.Spaced > 0 {
		list = append(list, Warning{
			Code: WarnQuotes, Message: fmt.Sprintf("blanks beside the quotes of %s are taken off", count(s.Spaced, "field")),
		})
	}
	for _, p := range s.PassedOver {
		if p.Kind == SkipRepeated {
			list = append(list, Warning{
				Code: WarnRepeated, Line: p.Ranges[0].From,
				Message: fmt.Sprintf("the header comes again, first on line %d, as where files were put together: %s passed over", p.Ranges[0].From, countAre(p.Lines, "line")),
			})
		}
	}
	return list
}

func countAre(n int64, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return fmt.Sprintf("%d %ss are", n, what)
}

func isRepeated(w Warning) bool { return w.Code == WarnRepeated }
