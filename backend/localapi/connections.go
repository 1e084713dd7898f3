package localapi

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"linefeed/backend/connection"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// getConnections lists the saved connections, which a request's target may name: those that
// the bearer's token is good for. It shows no password.
func (s *Server) getConnections(w http.ResponseWriter, r *http.Request) error {
	all, err := s.connections.List(r.Context())
	if err != nil {
		return err
	}
	b := bearerOf(r)
	all = slices.DeleteFunc(all, func(c connection.Connection) bool { return !b.sees("connection:" + c.Name) })
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"connections": all})
	return nil
}

// savedConnection returns the saved connection that the address names, if there is one.
func (s *Server) savedConnection(r *http.Request) (c connection.Connection, is bool, err error) {
	name := r.PathValue("name")
	all, err := s.connections.List(r.Context())
	if err != nil {
		return c, false, err
	}
	i := slices.IndexFunc(all, func(c connection.Connection) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return c, false, nil
	}
	return all[i], true, nil
}

// A login is where a server is, and how to get in.
type login struct {
	URL      string  `json:"url"`
	Password *string `json:"password,omitempty"` // null leaves what is kept as it is, "" forgets it
	Session  bool    `json:"session,omitempty"`  // keep it in memory alone
}

// putConnection saves a connection, in the place of the one of its name.
func (s *Server) putConnection(w http.ResponseWriter, r *http.Request) error {
	var v login
	if err := decode(r.Body, &v); err != nil {
		return err
	}
	was, is, err := s.savedConnection(r)
	if err != nil {
		return err
	}
	d := connection.Draft{Name: r.PathValue("name"), URL: v.URL, Password: v.Password, Session: v.Session}
	status := http.StatusCreated
	if is {
		d.Name, d.Was, status = was.Name, was.Name, http.StatusOK
	}
	return s.saveConnection(w, r, d, status)
}

// renameConnection gives a saved connection another name.
func (s *Server) renameConnection(w http.ResponseWriter, r *http.Request) error {
	was, is, err := s.savedConnection(r)
	if err != nil {
		return err
	}
	if !is {
		return noConnection(r)
	}
	var v struct {
		To string `json:"to"`
	}
	if err := decode(r.Body, &v); err != nil {
		return err
	}
	return s.saveConnection(w, r, connection.Draft{Name: v.To, Was: was.Name, URL: was.URL}, http.StatusOK)
}

// saveConnection saves a connection and answers with it. What could not be done about an
// earlier password is a warning: the connection is saved all the same.
func (s *Server) saveConnection(w http.ResponseWriter, r *http.Request, d connection.Draft, status int) error {
	c, err := s.connections.Save(r.Context(), d)
	switch {
	case errors.Is(err, connection.ErrNameTaken):
		return withStatus(err, http.StatusConflict)
	case errors.Is(err, connection.ErrNoConnection):
		return noConnection(r)
	case err != nil && c.Name == "":
		return unfit(err)
	}
	writeJSON(w, status, "application/json", struct {
		connection.Connection
		Warnings []message.Note `json:"warnings,omitempty"`
	}{c, message.Notes(err)})
	return nil
}

// deleteConnection removes a saved connection, and its password. One that stays in the
// keychain is a warning.
func (s *Server) deleteConnection(w http.ResponseWriter, r *http.Request) error {
	c, is, err := s.savedConnection(r)
	if err != nil {
		return err
	}
	if !is {
		return noConnection(r)
	}
	err = s.connections.Remove(r.Context(), c.Name)
	if errors.Is(err, connection.ErrNoConnection) { // another program was faster
		return noConnection(r)
	}
	if notes := message.Notes(err); len(notes) > 0 {
		writeJSON(w, http.StatusOK, "application/json", warned{notes})
		return nil
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// testConnection tells step by step what is right with a connection, saved or not.
func (s *Server) testConnection(w http.ResponseWriter, r *http.Request) error {
	var v struct {
		login
		Schema string `json:"schema,omitempty"`
		Table  string `json:"table,omitempty"`
	}
	if err := decodeAny(r.Body, &v); err != nil {
		return err
	}
	c, is, err := s.savedConnection(r)
	switch {
	case err != nil:
		return err
	case !is && v.URL == "":
		return noConnection(r)
	}
	d := connection.Draft{Name: r.PathValue("name"), URL: v.URL, Password: v.Password}
	if is {
		d.Name, d.Was = c.Name, c.Name
	}
	writeJSON(w, http.StatusOK, "application/json", s.connections.Test(r.Context(), d, load.TableName{Schema: v.Schema, Name: v.Table}))
	return nil
}

// postPassword keeps a password for a target in memory, until the program ends.
func (s *Server) postPassword(w http.ResponseWriter, r *http.Request) error {
	var v struct {
		Target   string `json:"target"`
		Password string `json:"password"`
	}
	if err := decode(r.Body, &v); err != nil {
		return err
	}
	if err := s.connections.Give(r.Context(), v.Target, v.Password); err != nil {
		return unfit(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// noConnection is the answer where there is none of the name in the address.
func noConnection(r *http.Request) error {
	return refuse(http.StatusNotFound, "GET /v1/connections lists those that there are", "there is no connection %s", r.PathValue("name"))
}
