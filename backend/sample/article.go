// Package sample writes article files to try the program with: any number of records,
// always the same ones for the same seed, a chosen share of them bad in different ways,
// together with the exact list of the bad ones.
package sample

import (
	"strconv"
	"time"
)

// An Article is one record of a sample file. The csv tags are the file's header, which is
// also that of the program's "articles" preset.
type Article struct {
	SKU         string    `csv:"sku"`
	Title       string    `csv:"title"`
	Description string    `csv:"description"`
	Category    string    `csv:"category"`
	Price       Cents     `csv:"price"`
	Currency    string    `csv:"currency"`
	Quantity    int       `csv:"quantity"`
	PublishedAt Timestamp `csv:"published_at"`
	Active      bool      `csv:"active"`
}

// The indexes of an Article's fields in a row.
const (
	fieldSKU = iota
	fieldTitle
	fieldDescription
	fieldCategory
	fieldPrice
	fieldCurrency
	fieldQuantity
	fieldPublishedAt
	fieldActive
	fieldCount
)

// Cents is an amount in hundredths, written as a decimal number: 1999 is 19.99.
type Cents int64

// MarshalCSV implements gocsv.TypeMarshaller.
func (c Cents) MarshalCSV() (string, error) {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return sign + strconv.FormatInt(int64(c/100), 10) + "." +
		string([]byte{byte('0' + c/10%10), byte('0' + c%10)}), nil
}

// Timestamp is a date and time without a zone, written as 2006-01-02 15:04:05; the zero
// value is written as an empty field.
type Timestamp time.Time

// MarshalCSV implements gocsv.TypeMarshaller.
func (t Timestamp) MarshalCSV() (string, error) {
	if time.Time(t).IsZero() {
		return "", nil
	}
	return time.Time(t).Format(time.DateTime), nil
}
