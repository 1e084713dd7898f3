// Imports a CSV file into Linefeed, with the package go-sse: go run import.go FILE DATABASE TABLE
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/tmaxmax/go-sse"
)

// said is what the events say, as far as it is printed.
type said struct {
	Percent *float64 // of progress; nil where the total is not known
	Rejects []struct {
		Time, Column, Message string
		Line                  int64
	}
	State   string
	Summary *struct{ Inserted, Rejected int64 } // nil until the import has ended
}

func main() {
	if err := load(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

func load(ctx context.Context, path, target, table string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	query := url.Values{"target": {target}, "table": {table}, "name": {filepath.Base(path)}, "create": {"true"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv("URL")+"/v1/imports?"+query.Encode(), file)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Content-Type", "text/csv")
	req.Header.Set("Idempotency-Key", rand.Text())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		problem, _ := io.ReadAll(res.Body) // what has come of it
		return fmt.Errorf("%s: %s", res.Status, problem)
	}
	for event, err := range sse.Read(res.Body, &sse.ReadConfig{MaxEventSize: 1 << 20}) {
		if err != nil {
			return err
		}
		var s said
		if err := json.Unmarshal([]byte(event.Data), &s); err != nil {
			return err
		}
		switch {
		case event.Type == "progress" && s.Percent != nil:
			fmt.Printf("%v %%\n", *s.Percent)
		case event.Type == "reject":
			for _, r := range s.Rejects {
				fmt.Printf("%s line %d: %s: %s\n", r.Time, r.Line, r.Column, r.Message)
			}
		case event.Type == "state" && s.Summary != nil:
			fmt.Printf("%s: %d loaded, %d rejected\n", s.State, s.Summary.Inserted, s.Summary.Rejected)
			return nil
		}
	}
	return errors.New("the stream was cut off: the import goes on without it")
}
