package csvfile

import "testing"

func TestDecode(t *testing.T) {
	tests := []struct{ bytes, encoding, want string }{
		{"é\xff", "utf-8", "é\uFFFD"},
		{"\xe9", "windows-1252", "é"},
		{"a\x00\xe9\x00", "utf-16le", "aé"},
		{"\x00a\x00\xe9", "utf-16be", "aé"},
		{"a\x00\x00\x00", "utf-32le", "a"},
		{"\x00\x00\x00a", "utf-32be", "a"},
		{"\x83\x65", "shift_jis", "テ"},
		{"a", "no such", "a"},
	}
	for _, tt := range tests {
		if got := Decode([]byte(tt.bytes), tt.encoding); got != tt.want {
			t.Errorf("Decode(%q, %s) = %q, want %q", tt.bytes, tt.encoding, got, tt.want)
		}
	}
}
