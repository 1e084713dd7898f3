package localapi

import (
	"context"
	"net/http"

	"linefeed/backend/connection"
	"linefeed/backend/load"
)

// A tableRequest names a database, and mostly a table of it. It is a body, never an
// address: a target may have a password.
type tableRequest struct {
	Target string `json:"target"`
	Schema string `json:"schema,omitempty"`
	Table  string `json:"table,omitempty"`
	Limit  int    `json:"limit,omitempty"` // of rows
}

// usualRows is the number of rows that are shown of a table.
const usualRows = 100

// postTables answers with what there is to choose from in a database.
func (s *Server) postTables(w http.ResponseWriter, r *http.Request) error {
	req, err := s.tableIn(w, r, false)
	if err == nil {
		writeJSON(w, http.StatusOK, "application/json", s.connections.Look(r.Context(), req.Target))
	}
	return err
}

// postColumns answers with the columns of a table.
func (s *Server) postColumns(w http.ResponseWriter, r *http.Request) error {
	return s.lookAtTable(w, r, func(ctx context.Context, req tableRequest, t load.TableName) (any, error) {
		columns, err := s.connections.Columns(ctx, req.Target, t)
		return map[string]any{"columns": columns}, err
	})
}

// postRows answers with the first rows of a table. What is in tables is for the bearer of
// the program's own token alone: other tokens are for putting something there.
func (s *Server) postRows(w http.ResponseWriter, r *http.Request) error {
	return s.lookAtTable(w, r, func(ctx context.Context, req tableRequest, t load.TableName) (any, error) {
		return s.connections.Head(ctx, req.Target, t, req.Limit)
	})
}

func (s *Server) lookAtTable(w http.ResponseWriter, r *http.Request, look func(context.Context, tableRequest, load.TableName) (any, error)) error {
	req, err := s.tableIn(w, r, true)
	if err != nil {
		return err
	}
	v, err := look(r.Context(), req, load.TableName{Schema: req.Schema, Name: req.Table})
	if err != nil {
		return unfit(err)
	}
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}

// tableIn returns what a request's body names, if its bearer may look at it.
func (s *Server) tableIn(w http.ResponseWriter, r *http.Request, ofTable bool) (req tableRequest, err error) {
	if err := decode(r.Body, &req); err != nil {
		return req, err
	}
	switch {
	case req.Target == "":
		return req, refuse(http.StatusUnprocessableEntity, "docs/api.md has an example", "there is no target")
	case ofTable && req.Table == "":
		return req, refuse(http.StatusUnprocessableEntity, "POST /v1/tables lists those that there are", "there is no table")
	case req.Limit < 0 || req.Limit > connection.MostRows:
		return req, refuse(http.StatusUnprocessableEntity, "", "limit: it is a number from 1 to %d", connection.MostRows)
	case req.Limit == 0:
		req.Limit = usualRows
	}
	if err := checkTarget(req.Target); err != nil {
		return req, err
	}
	b := bearerOf(r)
	if !b.sees(req.Target) {
		return req, outOfScope(w, "", "%s is not good for that database", b)
	}
	return req, b.checkNaming(w, req.Target)
}
