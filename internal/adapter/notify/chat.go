package notify

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"prentice/internal/engine/notice"
)

// chat sends the message as {"text": …}, which Slack, Mattermost, Rocket.Chat
// and others take.
func (s *Sender) chat(ctx context.Context, address *url.URL, m notice.Message) error {
	body, err := json.Marshal(map[string]string{"text": chatText(m)})
	if err != nil {
		return err
	}
	return s.post(ctx, address, body, nil)
}

// chatText is a message for a chat. Everything stands in code, where chats read
// neither links nor markup nor names to call: a label from a monitor must not
// wake a whole channel. The link is our own and stands outside.
func chatText(m notice.Message) string {
	var b strings.Builder
	b.WriteString(code(m.Title))
	for _, l := range m.Lines() {
		value := code(l[1])
		if l[1] == m.Link {
			value = escaped.Replace(m.Link)
		}
		b.WriteString("\n" + l[0] + ": " + value)
	}
	return b.String()
}

// escaped is the three characters that mean something everywhere in a chat.
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func code(text string) string {
	return "`" + escaped.Replace(strings.ReplaceAll(text, "`", "'")) + "`"
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
