package job

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"linefeed/backend/load"
)

// A check tells what an import then does, with the keys that are in the table and
// those that are twice in the file, and writes nothing.
func TestCheckAsksTheDatabase(t *testing.T) {
	b := newBench(t)
	db := b.path("shop.db")
	first := b.file("first.csv", "id,name\n1,a\n2,b\n")
	if _, err := b.run(Request{File: first, Target: db, Plan: load.Plan{Table: "t", Create: true, Key: []string{"id"}}}); err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	file := b.file("in.csv", "id,name\n2,x\n3,c\n3,d\nq,e\n4,f\n")
	for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
		req := Request{File: file, Target: db, Check: true, Plan: load.Plan{Table: "t", OnConflict: rule}}
		said, err := b.run(req)
		if err != nil || said.Read != 5 || said.Warnings != nil {
			t.Fatalf("%s: %+v, %v", rule, said, err)
		}
		if now, err := os.ReadFile(db); err != nil || !bytes.Equal(now, was) {
			t.Fatalf("%s: the check has changed the file: %v", rule, err)
		}
		copied := b.file("copy.db", string(was))
		req.Check, req.Target = false, copied
		if did, err := b.run(req); err != nil || said.Counts != did.Counts {
			t.Errorf("%s: the check says %+v, the import did %+v, %v", rule, said.Counts, did.Counts, err)
		}
	}
	b.execute(db, "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END")
	said, err := b.run(Request{File: file, Target: db, Check: true, Plan: load.Plan{Table: "t"}})
	if err != nil || !slices.ContainsFunc(said.Warnings, func(w load.Warning) bool { return w.Code == load.WarnUntold }) {
		t.Errorf("%+v, %v", said.Warnings, err)
	}
}
