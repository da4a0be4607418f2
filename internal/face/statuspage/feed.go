package statuspage

import (
	"bytes"
	"encoding/xml"
	"time"

	"prentice/internal/engine/statuspage"
)

// In a feed an incident is one entry: its ID stays, its time is that of the newest update.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  atomAuthor  `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		ID        string   `xml:"id"`
		Title     string   `xml:"title"`
		Published string   `xml:"published"`
		Updated   string   `xml:"updated"`
		Link      atomLink `xml:"link"`
		Content   atomText `xml:"content"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
	rssFeed struct {
		XMLName xml.Name   `xml:"rss"`
		Version string     `xml:"version,attr"`
		Title   string     `xml:"channel>title"`
		Link    string     `xml:"channel>link"`
		About   string     `xml:"channel>description"`
		Built   string     `xml:"channel>lastBuildDate"`
		Items   []rssEntry `xml:"channel>item"`
	}
	rssEntry struct {
		Title string  `xml:"title"`
		Link  string  `xml:"link"`
		ID    rssGUID `xml:"guid"`
		At    string  `xml:"pubDate"`
		Text  string  `xml:"description"`
	}
	rssGUID struct {
		Permalink bool   `xml:"isPermaLink,attr"`
		Text      string `xml:",chardata"`
	}
)

// told is an incident as text: the newest update first.
func told(i statuspage.Incident) string {
	var b bytes.Buffer
	for n, u := range i.Updates {
		if n > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(moment(u.At) + ", " + u.State + ": " + u.Says)
	}
	return b.String()
}

// updated is when a page last told of anything.
func updated(p statuspage.Page) time.Time {
	last := began
	for _, i := range p.Incidents {
		last = latest(i.Touched(), last)
	}
	return last.UTC()
}

func address(p statuspage.Page, i statuspage.Incident) string {
	return p.URL + "/incidents/" + i.ID + "/"
}

func atom(p statuspage.Page) ([]byte, error) {
	f := atomFeed{ID: p.URL + "/", Title: p.Title, Updated: updated(p).Format(time.RFC3339), Author: atomAuthor{p.Title},
		Links: []atomLink{{"alternate", "text/html", p.URL + "/"}, {"self", "application/atom+xml", p.URL + "/history.atom"}}}
	for _, i := range p.Incidents {
		f.Entries = append(f.Entries, atomEntry{ID: address(p, i), Title: i.Title, Published: i.Opened.UTC().Format(time.RFC3339), Updated: i.Touched().UTC().Format(time.RFC3339),
			Link: atomLink{"alternate", "text/html", address(p, i)}, Content: atomText{"text", told(i)}})
	}
	return feed(f)
}

func rss(p statuspage.Page) ([]byte, error) {
	f := rssFeed{Version: "2.0", Title: p.Title, Link: p.URL + "/", About: "How the services stand, and what was told of faults", Built: updated(p).Format(time.RFC1123Z)}
	for _, i := range p.Incidents {
		f.Items = append(f.Items, rssEntry{Title: i.Title, Link: address(p, i), ID: rssGUID{true, address(p, i)}, At: i.Opened.UTC().Format(time.RFC1123Z), Text: told(i)})
	}
	return feed(f)
}

func feed(what any) ([]byte, error) {
	raw, err := xml.MarshalIndent(what, "", " ")
	return append([]byte(xml.Header), raw...), err
}
