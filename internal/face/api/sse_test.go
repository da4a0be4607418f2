package api

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

func read(text string) (names []string, data []string, err error) {
	r := reader{lines: bufio.NewReader(strings.NewReader(text)), heard: func() {}}
	for {
		e, err := r.next()
		if err != nil {
			return names, data, err
		}
		names, data = append(names, e.name), append(data, string(e.data))
	}
}

func TestServerSentEventsAreReadAsTheStandardSays(t *testing.T) {
	for _, c := range []struct{ name, text, names, data string }{
		{"an event", "event: item\ndata: 1\n\n", "item", "1"},
		{"two of them", "event: item\ndata: 1\n\nevent: end\ndata: 2\n\n", "item end", "1|2"},
		{"with carriage returns", "event: item\r\ndata: 1\r\n\r\n", "item", "1"},
		{"without a space", "event:item\ndata:1\n\n", "item", "1"},
		{"on two lines", "event: item\ndata: 1\ndata: 2\n\n", "item", "1\n2"},
		{"a comment is not one", ": beat\n\nevent: item\ndata: 1\n\n", "item", "1"},
		{"nor is one without data", "event: item\n\n", "", ""},
		{"empty data is data", "event: item\ndata\n\n", "item", ""},
		{"an id and what no one knows are passed over", "id: 7\nretry: 1\nx\nevent: item\ndata: 1\n\n", "item", "1"},
		{"half an event is none", "event: item\ndata: 1\n", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			names, data, err := read(c.text)
			if strings.Join(names, " ") != c.names || strings.Join(data, "|") != c.data || err == nil {
				t.Errorf("got %q %q, %v", names, data, err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("event: item\ndata: 1\n\n: beat\n\nevent: end\ndata: {}\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, _, err := read(string(bytes.ToValidUTF8(raw, nil))); err == nil {
			t.Error("a stream without an end has ended")
		}
	})
}
