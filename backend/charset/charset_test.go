package charset

import "testing"

// TestFind finds encodings by all their names.
func TestFind(t *testing.T) {
	for given, want := range map[string]string{
		"UTF8": "utf-8", "utf-8-sig": "utf-8", "latin1": "iso-8859-1", "ISO_8859-2": "iso-8859-2", "cp1252": "windows-1252",
		"Windows-1251": "windows-1251", "sjis": "shift_jis", "GB2312": "gbk", "utf-16": "utf-16le", "x-sjis": "shift_jis", "csKOI8R": "koi8-r",
	} {
		if c := Find(given); c == nil || c.Name != want {
			t.Errorf("%s: %v; want %s", given, c, want)
		}
	}
	if Find("nonsense") != nil {
		t.Error("nonsense is known")
	}
}
