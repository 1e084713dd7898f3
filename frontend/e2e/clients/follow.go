//go:build ignore

// Follows a stream with the client of tmaxmax/go-sse until the server says that there is
// no more of it.
//
//	go run follow.go URL TOKEN
//
// It prints each event as a line of JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/tmaxmax/go-sse"
)

// errNoMore is the answer 204.
var errNoMore = errors.New("there is no more")

func main() {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, os.Args[1], nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Args[2])
	client := sse.Client{
		Backoff: sse.Backoff{InitialInterval: 100 * time.Millisecond, Multiplier: 1},
		ResponseValidator: func(r *http.Response) error {
			if r.StatusCode == http.StatusNoContent {
				return errNoMore
			}
			return sse.DefaultValidator(r)
		},
	}
	connection := client.NewConnection(request)
	connection.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	connection.SubscribeToAll(func(e sse.Event) {
		told := map[string]string{"id": e.LastEventID, "type": e.Type, "data": e.Data}
		if err := out.Encode(told); err != nil {
			log.Fatal(err)
		}
	})
	if err := connection.Connect(); !errors.Is(err, errNoMore) {
		log.Fatal(err)
	}
}
