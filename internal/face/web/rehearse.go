package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"time"

	"prentice"
)

// rehearsed are the words that texts are filled with, one after the other, so
// that the branches of templates are tried which look for them.
var rehearsed = []string{"", "words", "waiting", "approval", "danger", "running", "verified", "open", "ask", "service/checkout"}

// Rehearse draws every page and every stream over made-up values of what its
// operation puts out, and reports each template that asks for something which
// is not there. It asks the door nothing.
func (s *Site) Rehearse() error {
	var wrong []error
	for _, p := range s.pages {
		for _, word := range rehearsed {
			v := View{Title: p.Title, Actor: prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Owner}, Now: s.o.Clock(), Path: p.Path, Here: p.Path, Query: url.Values{}, Typed: url.Values{}, word: word}
			v.Out, v.At = s.sample(p.op.Out, word), map[string]string{}
			for _, name := range p.names {
				v.At[name] = "1"
			}
			t, err := p.content()
			if err == nil {
				err = t.ExecuteTemplate(io.Discard, "layout", v)
			}
			if err != nil {
				wrong = append(wrong, fmt.Errorf("page %s over %s filled with %q: %w", p.Path, p.op.Out, word, err))
				break
			}
		}
	}
	for name := range s.live {
		d, ok := s.ops[name]
		if !ok {
			wrong = append(wrong, fmt.Errorf("template %q is for no operation", "live "+name))
			continue
		}
		for _, word := range rehearsed {
			if _, err := s.draw(name, s.sample(d.Out, word)); err != nil {
				wrong = append(wrong, fmt.Errorf("stream %s filled with %q: %w", name, word, err))
				break
			}
		}
	}
	return errors.Join(wrong...)
}

// sample is a value of a type with every field filled; for no word it is the
// zero value, in which every list is empty.
func (s *Site) sample(t reflect.Type, word string) any {
	v := reflect.New(t).Elem()
	if word != "" {
		s.fillIn(v, word, 6)
	}
	return v.Interface()
}

func (s *Site) fillIn(v reflect.Value, word string, deep int) {
	if deep == 0 || !v.CanSet() {
		return
	}
	switch v.Type() {
	case timeType:
		v.Set(reflect.ValueOf(s.o.Clock().Add(-time.Minute)))
		return
	case rawType:
		v.Set(reflect.ValueOf(json.RawMessage(`{"a":1}`)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(word)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(2)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		s.fillIn(v.Elem(), word, deep-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			s.fillIn(v.Index(i), word, deep-1)
		}
	case reflect.Map:
		s.fillMap(v, word, deep)
	case reflect.Struct:
		for i := range v.NumField() {
			s.fillIn(v.Field(i), word, deep-1)
		}
	}
}

func (s *Site) fillMap(v reflect.Value, word string, deep int) {
	key, item := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	s.fillIn(key, word, deep-1)
	s.fillIn(item, word, deep-1)
	v.Set(reflect.MakeMap(v.Type()))
	v.SetMapIndex(key, item)
}
