package sample

import (
	"bytes"
	"strings"

	"linefeed/backend/load"
)

// A fault is one way to spoil a record, and the code with which an import into the
// "articles" preset must reject it. Exactly one of row and line is set.
type fault struct {
	code   load.Code
	column string // the column at fault; "" for the record as a whole

	// row spoils the record's fields before they are encoded. n picks among
	// variants.
	row func(row []string, n int) []string

	// line spoils the encoded record, line end included, in ways that no CSV
	// writer would. The record is then a plain one: on one line, no quotes.
	line func(line []byte, n int) []byte
}

// duplicate is the fault whose row needs the key of an earlier record, which the generator
// inserts.
const duplicate = load.CodeDuplicateKey

var faults = []fault{
	{code: load.CodeNotANumber, column: "price", row: func(row []string, n int) []string {
		price := row[fieldPrice]
		row[fieldPrice] = pick([]string{
			price[:len(price)-1] + "O", // the letter O
			"on request",
			"~" + price,
			price + " each",
		}, n)
		return row
	}},
	{code: load.CodeNotANumber, column: "quantity", row: func(row []string, n int) []string {
		row[fieldQuantity] = pick([]string{"many", "l2", "12 pcs"}, n)
		return row
	}},
	{code: load.CodeNotAnInteger, column: "quantity", row: func(row []string, n int) []string {
		row[fieldQuantity] += pick([]string{".5", ".25"}, n)
		return row
	}},
	{code: load.CodeOutOfRange, column: "price", row: func(row []string, n int) []string {
		row[fieldPrice] = pick([]string{"123456789.00", "9999999999.99"}, n)
		return row
	}},
	{code: load.CodeCheckFailed, column: "quantity", row: func(row []string, n int) []string {
		row[fieldQuantity] = pick([]string{"-1", "-12"}, n)
		return row
	}},
	{code: load.CodeNotATimestamp, column: "published_at", row: func(row []string, n int) []string {
		row[fieldPublishedAt] = pick([]string{
			"2025-02-30 10:00:00", "2024-13-01 08:30:00", "next week", "2025-06-01 25:00:00",
		}, n)
		return row
	}},
	{code: load.CodeNotABoolean, column: "active", row: func(row []string, n int) []string {
		row[fieldActive] = pick([]string{"maybe", "2", "unknown"}, n)
		return row
	}},
	{code: load.CodeTooLong, column: "title", row: func(row []string, n int) []string {
		row[fieldTitle] += strings.Repeat(" "+row[fieldTitle], 200/len(row[fieldTitle])+1)
		return row
	}},
	{code: load.CodeTooLong, column: "currency", row: func(row []string, n int) []string {
		row[fieldCurrency] = pick([]string{"Euro", "US dollars"}, n)
		return row
	}},
	{code: load.CodeRequired, column: "title", row: func(row []string, n int) []string {
		row[fieldTitle] = ""
		return row
	}},
	{code: load.CodeRequired, column: "category", row: func(row []string, n int) []string {
		row[fieldCategory] = ""
		return row
	}},
	{code: load.CodeMissingField, row: func(row []string, n int) []string {
		return row[:len(row)-1-n%3]
	}},
	{code: load.CodeExtraField, row: func(row []string, n int) []string {
		return append(row, pick([]string{"new", "see catalogue"}, n))
	}},
	{code: duplicate, column: "sku", row: func(row []string, n int) []string { return row }},
	{code: load.CodeStrayQuote, column: "title", line: func(line []byte, n int) []byte {
		// The quotes close, and text follows: "Oak" desk
		start, end := span(line, fieldTitle)
		word := start + bytes.IndexByte(line[start:end], ' ')
		return splice(splice(line, word, `"`), start, `"`)
	}},
	{code: load.CodeInvalidEncoding, column: "title", line: func(line []byte, n int) []byte {
		// An ä in Windows-1252.
		start, _ := span(line, fieldTitle)
		line[start+1] = 0xE4
		return line
	}},
}

func pick(variants []string, n int) string { return variants[n%len(variants)] }

// span returns the position of field i in a line without quotes.
func span(line []byte, i int) (start, end int) {
	for ; i > 0; i-- {
		start += bytes.IndexByte(line[start:], ',') + 1
	}
	return start, start + bytes.IndexByte(line[start:], ',')
}

// splice returns line with s inserted at i.
func splice(line []byte, i int, s string) []byte {
	line = append(line, s...)
	copy(line[i+len(s):], line[i:])
	copy(line[i:], s)
	return line
}
