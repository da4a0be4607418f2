package cluster

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// watch tells of every change of a selection, until who asked has heard enough.
func (c *Cluster) watch(w http.ResponseWriter, q *call) {
	since, _ := strconv.ParseInt(q.URL.Query().Get("resourceVersion"), 10, 64) //nolint:errcheck // then it is from the beginning
	s := selectionOf(q.namespace, q.URL.Query())
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(200)
	out := json.NewEncoder(w)
	flusher, _ := w.(http.Flusher)
	flusher.Flush()
	ctx := q.Context()
	wake := time.AfterFunc(time.Minute, func() {})
	defer wake.Stop()
	go func() { <-ctx.Done(); c.mu.Lock(); c.changed.Broadcast(); c.mu.Unlock() }()
	for {
		c.mu.Lock()
		var news []event
		for {
			for _, e := range c.events {
				if e.version > since && e.kind == q.kind && s.takes(e.object) {
					news = append(news, e)
				}
			}
			since = c.version
			if len(news) > 0 || c.closed || ctx.Err() != nil {
				break
			}
			c.changed.Wait()
		}
		closed := c.closed
		c.mu.Unlock()
		for _, e := range news {
			if out.Encode(object{"type": e.what, "object": e.object}) != nil {
				return
			}
		}
		flusher.Flush()
		if closed || ctx.Err() != nil {
			return
		}
	}
}
