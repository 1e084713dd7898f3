package secret

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/zalando/go-keyring"
)

// most is what one item of a keychain is given: Windows' holds 2,560 bytes, and macOS' a
// line of 4,096 with the value in Base64.
const most = 2000

// partsMark begins the item of a value that is split over others:
//
//	linefeed-parts:GENERATION:NUMBER:SHA-256 of the value in Base64
//
// The parts are the items "KEY, part GENERATION1" and so on. A new value has the other
// generation, so that the old one is whole until its place is taken.
const partsMark = "linefeed-parts:"

// errParts says that a value is not whole.
var errParts = errors.New("what the keychain has is not whole")

// set keeps a value in the keychain, in one item or several.
func set(key, value string) error {
	_, generation, number, _ := head(keyring.Get, key) // what can't be read is replaced
	if len(value) <= most && !strings.HasPrefix(value, partsMark) {
		if err := keyring.Set(service, key, value); err != nil {
			return err
		}
		return deleteParts(key, generation, number)
	}
	next, parts := "a", split(value)
	if generation == next {
		next = "b"
	}
	for i, part := range parts {
		if err := keyring.Set(service, partKey(key, next, i), part); err != nil {
			return errors.Join(err, deleteParts(key, next, i))
		}
	}
	if err := keyring.Set(service, key, fmt.Sprintf("%s%s:%d:%s", partsMark, next, len(parts), sum(value))); err != nil {
		return errors.Join(err, deleteParts(key, next, len(parts)))
	}
	return deleteParts(key, generation, number)
}

// A reader reads an item, as [keyring.Get] does.
type reader func(service, item string) (string, error)

// get returns the value that is in the keychain. One whose parts are gone is read again: its
// place may have been taken in the meantime, by another process.
func get(read reader, key string) (string, error) {
	value, err := getOnce(read, key)
	if errors.Is(err, errParts) {
		value, err = getOnce(read, key)
	}
	return value, err
}

func getOnce(read reader, key string) (string, error) {
	text, generation, number, err := head(read, key)
	if err != nil || number == 0 {
		return text, err
	}
	var value strings.Builder
	for i := range number {
		part, err := read(service, partKey(key, generation, i))
		if errors.Is(err, keyring.ErrNotFound) {
			return "", errParts
		}
		if err != nil {
			return "", err
		}
		value.WriteString(part)
	}
	if text != sum(value.String()) {
		return "", errParts
	}
	return value.String(), nil
}

// remove removes a value from the keychain.
func remove(key string) error {
	_, generation, number, err := head(keyring.Get, key)
	if err != nil && !errors.Is(err, errParts) {
		return err
	}
	if err := keyring.Delete(service, key); err != nil {
		return err
	}
	return deleteParts(key, generation, number)
}

// mostParts is the most items of one value.
const mostParts = 64

// head returns the value of an item, or, where it is split, the sum of the value with the
// generation and the number of its parts.
func head(read reader, key string) (text, generation string, number int, err error) {
	text, err = read(service, key)
	rest, ok := strings.CutPrefix(text, partsMark)
	if err != nil || !ok {
		return text, "", 0, err
	}
	words := strings.Split(rest, ":")
	if len(words) != 3 {
		return "", "", 0, errParts
	}
	if number, err = strconv.Atoi(words[1]); err != nil || number < 1 || number > mostParts {
		return "", "", 0, errParts
	}
	return words[2], words[0], number, nil
}

func split(value string) (parts []string) {
	for len(value) > most {
		parts, value = append(parts, value[:most]), value[most:]
	}
	return append(parts, value)
}

func sum(value string) string {
	s := sha256.Sum256([]byte(value))
	return base64.RawStdEncoding.EncodeToString(s[:])
}

func partKey(key, generation string, i int) string {
	return fmt.Sprintf("%s, part %s%d", key, generation, i+1)
}

func deleteParts(key, generation string, number int) (err error) {
	for i := range number {
		if e := keyring.Delete(service, partKey(key, generation, i)); e != nil && !errors.Is(e, keyring.ErrNotFound) {
			err = errors.Join(err, e)
		}
	}
	return err
}
