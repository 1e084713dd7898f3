package csvfile

import "linefeed/backend/message"

// warnings says what was repaired in the records read.
func (s *Stats) warnings() []Warning {
	var list []Warning
	if s.Formulas > 0 {
		list = append(list, Warning{
			Code: WarnQuotes, Note: message.New("formulas", "", "n", s.Formulas),
		})
	}
	if s.Spaced > 0 {
		list = append(list, Warning{
			Code: WarnQuotes, Note: message.New("blanks_off", "", "n", s.Spaced),
		})
	}
	for _, p := range s.PassedOver {
		if p.Kind == SkipRepeated {
			list = append(list, Warning{
				Code: WarnRepeated, Line: p.Ranges[0].From,
				Note: message.New("header_repeated", "", "line", p.Ranges[0].From, "n", p.Lines),
			})
		}
	}
	return list
}

func isRepeated(w Warning) bool { return w.Code == WarnRepeated }
