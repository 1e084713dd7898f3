package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
)

// What macOS is told of the program: it may read from its own listener on loopback, and opens
// tables without taking them from the program that opens them by itself.
func TestInfoPlist(t *testing.T) {
	f, err := os.Open("build/darwin/Info.plist")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := readPlist(xml.NewDecoder(f))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"NSAppTransportSecurity": map[string]any{"NSAllowsLocalNetworking": true},
		"CFBundleDocumentTypes": []any{map[string]any{
			"CFBundleTypeName": "CSV table",
			"CFBundleTypeRole": "Viewer",
			"LSHandlerRank":    "Alternate",
			"LSItemContentTypes": []any{
				"public.comma-separated-values-text", "public.tab-separated-values-text",
			},
		}},
		"CFBundleExecutable": "{{.OutputFilename}}",
		"CFBundleIconFile":   "iconfile",
		"CFBundleIdentifier": "io.github.linefeed.desktop",
	} {
		if !reflect.DeepEqual(info[key], want) {
			t.Errorf("%s is %v, want %v", key, info[key], want)
		}
	}
}

// readPlist reads the dictionary of a property list.
func readPlist(d *xml.Decoder) (map[string]any, error) {
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local == "plist" {
			continue
		}
		v, err := readPlistValue(d, start)
		if dict, ok := v.(map[string]any); ok || err != nil {
			return dict, err
		}
		return nil, fmt.Errorf("the list is a %s", start.Name.Local)
	}
}

// readPlistValue reads the value that an element begins: a dictionary, an array, a string or
// a truth value.
func readPlistValue(d *xml.Decoder, start xml.StartElement) (any, error) {
	dict, array, key := map[string]any{}, []any{}, ""
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			v, err := readPlistValue(d, token)
			if err != nil {
				return nil, err
			}
			switch {
			case start.Name.Local == "array":
				array = append(array, v)
			case token.Name.Local == "key":
				key, _ = v.(string)
			case key == "":
				return nil, errors.New("a value without a key")
			default:
				dict[key], key = v, ""
			}
		case xml.EndElement:
			switch start.Name.Local {
			case "dict":
				return dict, nil
			case "array":
				return array, nil
			case "key", "string":
				return text.String(), nil
			case "true", "false":
				return start.Name.Local == "true", nil
			}
			return nil, fmt.Errorf("an element %s", start.Name.Local)
		}
	}
}

// The manifest of the programs for Windows is XML that Windows reads: a program with a broken
// one does not start there.
func TestManifest(t *testing.T) {
	f, err := os.Open("build/windows/wails.exe.manifest")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	elements := map[string]bool{}
	for d := xml.NewDecoder(f); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			elements[start.Name.Local] = true
		}
	}
	for _, want := range []string{"dpiAwareness", "longPathAware", "requestedExecutionLevel", "supportedOS"} {
		if !elements[want] {
			t.Errorf("there is no %s", want)
		}
	}
}
