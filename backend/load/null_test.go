package load

import "testing"

func TestNullSigns(t *testing.T) {
	for _, tt := range []struct {
		text               string
		sign, clear, usual bool
	}{
		{"NULL", true, true, true},
		{`\N`, true, true, true},
		{"n/a", true, true, true},
		{"(null)", true, true, false},
		{"#NULL!", true, true, false},
		{"-", true, false, true},
		{"NaN", true, false, true},
		{"unknown", true, false, false},
		{"НЕТ ДАННЫХ", true, false, false},
		{"#DIV/0!", true, false, false},
		{"", false, false, false},
		{"x", false, false, false},
		{"nulls", false, false, false},
		{"#1!", false, false, false},
	} {
		b := []byte(tt.text)
		if got := [3]bool{IsNullSign(b), IsClearNullSign(b), IsUsualNullSign(b)}; got != [3]bool{tt.sign, tt.clear, tt.usual} {
			t.Errorf("%q: sign, clear, usual are %v", tt.text, got)
		}
	}
}
