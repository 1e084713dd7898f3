package main

import (
	"slices"
	"testing"
)

func TestFilesThatTheSystemHandsOver(t *testing.T) {
	app := NewApp([]string{"/named.csv"})
	for _, path := range []string{"/one.csv", "/two.csv"} {
		if app.keepFile(path) {
			t.Errorf("%s is to be sent to a page that is not there yet", path)
		}
	}
	if got, want := app.TakeFiles(), []string{"/named.csv", "/one.csv", "/two.csv"}; !slices.Equal(got, want) {
		t.Errorf("the page takes %q, want %q", got, want)
	}
	if !app.keepFile("/three.csv") {
		t.Error("the first file after that is not sent")
	}
	if app.keepFile("/four.csv") {
		t.Error("the second file is sent by itself")
	}
	if got, want := app.TakeFiles(), []string{"/three.csv", "/four.csv"}; !slices.Equal(got, want) {
		t.Errorf("sent are %q, want %q", got, want)
	}
	if !app.keepFile("/five.csv") {
		t.Error("what comes after that is not sent")
	}
}
