package main

import (
	"fmt"
	"iter"
	"strings"

	"go.yaml.in/yaml/v3"

	"linefeed/docs"
)

// A node is a part of docs/openapi.yaml, whose members are in the order of the file. That the file
// is OpenAPI, and says what is true, is tested in backend/localapi.
type node struct{ *yaml.Node }

// openAPI returns the description of the API.
func openAPI() (node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(docs.OpenAPI, &doc); err != nil {
		return node{}, fmt.Errorf("docs/openapi.yaml: %w", err)
	}
	return node{doc.Content[0]}, nil
}

// at returns what a path of names leads to; a node that is nothing where it leads nowhere.
func (n node) at(names ...string) node {
	for _, name := range names {
		next := node{&yaml.Node{}}
		for key, value := range n.members() {
			if key == name {
				next = value
			}
		}
		n = next
	}
	return n
}

// members returns what an object has.
func (n node) members() iter.Seq2[string, node] {
	return func(yield func(string, node) bool) {
		if n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, node{n.Content[i+1]}) {
				return
			}
		}
	}
}

// items returns what a list has.
func (n node) items() iter.Seq[node] {
	return func(yield func(node) bool) {
		if n.Kind != yaml.SequenceNode {
			return
		}
		for _, item := range n.Content {
			if !yield(node{item}) {
				return
			}
		}
	}
}

// texts returns a list of texts, or the only one.
func (n node) texts() (all []string) {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	for item := range n.items() {
		all = append(all, item.Value)
	}
	return all
}

// ref returns the name of the component to which a node refers, "" for none.
func (n node) ref() string {
	ref := n.at("$ref").Value
	return ref[strings.LastIndex(ref, "/")+1:]
}

// resolved returns what a node refers to, or itself.
func (n node) resolved(root node) node {
	if ref := n.at("$ref").Value; ref != "" {
		return root.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return n
}
