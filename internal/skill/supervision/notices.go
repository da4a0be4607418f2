package supervision

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/notice"
	"prentice/internal/op"
)

// Notices is the outbox of messages to people.
type Notices interface {
	List(context.Context, notice.Filter) ([]notice.Notice, error)
	Count(ctx context.Context, state notice.State) (int, error)
	Find(ctx context.Context, number int64) (notice.Notice, error)
	Retry(ctx context.Context, number int64, by prentice.Actor) error
	Drop(ctx context.Context, number int64, by prentice.Actor, reason string) error
	Test(ctx context.Context, channel string, by prentice.Actor) error
	Wanted(ctx context.Context, person prentice.Ref) ([]string, error)
	Want(ctx context.Context, person prentice.Ref, news []string) error
}

type noticesIn struct {
	Dead   bool  `json:"dead,omitempty" doc:"Only those that were not delivered and are not tried any more."`
	Before int64 `json:"before,omitempty" doc:"A cursor: only notices with a smaller number." minimum:"1"`
	Limit  int   `json:"limit,omitempty" doc:"How many at most." minimum:"1" maximum:"500"`
}

type noticeIn struct {
	Number string `json:"number" arg:"1" doc:"The notice, such as notice/5 or 5." example:"notice/5" maxLength:"30"`
}

type wantIn struct {
	News    []string `json:"news,omitempty" enum:"review,comment,approved,ejected,landed" doc:"What to hear of: being asked for a review, comments on a change of one's own, its approvals, that it left the queue, that it landed."`
	Nothing bool     `json:"nothing,omitempty" doc:"Hear of nothing of this."`
}

type dropIn struct {
	noticeIn
	Reason string `json:"reason" doc:"Why no one need be told, in one sentence; it is kept as evidence." minLength:"1" maxLength:"2000"`
}

type channelIn struct {
	Channel string `json:"channel" arg:"1" doc:"The channel, as notices.yaml names it." example:"team-chat" maxLength:"100"`
}

type noticesFileIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The notices.yaml to check."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func (d Deps) noticeOps() []op.Op {
	return []op.Op{
		op.New("notice.list", prentice.Look, prentice.Viewer, "List the messages to people, newest first, and what became of them.", d.listNotices).
			WithExample("prentice notice list --dead"),
		op.New("notice.show", prentice.Look, prentice.Viewer, "Show a message to people as it is sent, and what became of it.", d.showNotice).
			WithExample("prentice notice show notice/5"),
		op.New("notice.drop", prentice.Change, prentice.Operator, "End a message that was not sent: no one need be told any more.", d.dropNotice).
			WithExample("prentice notice drop notice/5 --reason 'everyone knows'"),
		op.New("notice.retry", prentice.Change, prentice.Operator, "Try a message again at once, also one that is not tried any more.", d.retryNotice).
			WithExample("prentice notice retry notice/5"),
		op.New("notice.test", prentice.Change, prentice.Operator, "Send a test message to a channel and say how it came out.", d.testChannel).
			WithExample("prentice notice test team-chat"),
		op.New("notice.want", prentice.Look, prentice.Viewer, "Say which news of changes you want to hear of, or see it.", d.wantNotices).ThatKeeps().
			WithExample("prentice notice want --news review,ejected").
			WithHelp("It goes to the channels of notices.yaml that name you under people: mail, a chat or a webhook. Without it you hear of all, and never of what you did yourself."),
		op.New("notice.check", prentice.Look, prentice.Viewer, "Check a notices.yaml for mistakes.", d.checkNotices).
			WithExample("prentice notice check notices.yaml").WithoutState(),
	}
}

// NoticeList is a page of notices.
type NoticeList struct {
	Notices []notice.Notice `json:"notices"`
	Next_   string          `json:"next,omitempty"`
	Dead    bool            `json:"dead,omitempty"` // only those that were not delivered were asked for
}

// Table implements op.Tabler.
func (l NoticeList) Table() (head []string, rows [][]string) {
	head = []string{"NOTICE", "STATE", "CHANNEL", "TOPIC", "TITLE", "CREATED (UTC)", "TRIES", "WHY"}
	for _, n := range l.Notices {
		rows = append(rows, []string{string(n.Ref()), signOfNotice(n.State) + " " + string(n.State), n.Channel, n.Topic, n.Title, op.Cell(n.Created),
			strconv.Itoa(n.Attempts), n.Says})
	}
	return head, rows
}

func signOfNotice(s notice.State) string {
	switch s {
	case notice.Sent:
		return "●"
	case notice.Waiting:
		return "○"
	case notice.Dropped:
		return "✕"
	}
	return "■"
}

// Empty implements op.Emptier.
func (l NoticeList) Empty() string {
	if l.Dead {
		return "Every notice was delivered, or is still on its way. See all with: prentice notice list"
	}
	return "No notice. Say who is told what in notices.yaml in the team folder, and try a channel with: prentice notice test CHANNEL"
}

// Next implements op.Pager.
func (l NoticeList) Next() string { return l.Next_ }

func (d Deps) listNotices(ctx context.Context, _ op.Call, in noticesIn) (NoticeList, error) {
	f := notice.Filter{Before: in.Before, Limit: cmp.Or(in.Limit, 50)}
	if in.Dead {
		f.State = notice.Dead
	}
	list, err := d.Notices.List(ctx, f)
	out := NoticeList{Notices: list, Dead: in.Dead}
	if len(list) == f.Limit {
		out.Next_ = strconv.FormatInt(list[len(list)-1].Number, 10)
	}
	return out, err
}

func (d Deps) retryNotice(ctx context.Context, c op.Call, in noticeIn) (Said, error) {
	n, err := numbered("notice", in.Number)
	if err != nil {
		return Said{}, err
	}
	if err := d.Notices.Retry(ctx, n, c.Actor); err != nil {
		return Said{}, err
	}
	return Said{fmt.Sprintf("notice/%d is tried again.", n)}, nil
}

// NoticeOut is one notice.
type NoticeOut struct{ notice.Notice }

// Text implements op.Texter.
func (n NoticeOut) Text() string {
	text := fmt.Sprintf("%s  %s %s  over %s, topic %s\nKept      %s", n.Ref(), signOfNotice(n.State), n.State, n.Channel, n.Topic, op.At(n.Created))
	if !n.Ended.IsZero() {
		text += fmt.Sprintf(", over since %s", op.At(n.Ended))
	}
	text += fmt.Sprintf("\nTries     %d", n.Attempts)
	if n.State == notice.Waiting {
		text += fmt.Sprintf(", the next at %s", op.At(n.Due))
	}
	if n.Says != "" {
		text += "\nWhy       " + n.Says
	}
	return text + "\n\n" + n.Notice.Text
}

func (d Deps) showNotice(ctx context.Context, _ op.Call, in noticeIn) (NoticeOut, error) {
	number, err := numbered("notice", in.Number)
	if err != nil {
		return NoticeOut{}, err
	}
	n, err := d.Notices.Find(ctx, number)
	return NoticeOut{n}, err
}

func (d Deps) dropNotice(ctx context.Context, c op.Call, in dropIn) (Said, error) {
	n, err := numbered("notice", in.Number)
	if err != nil {
		return Said{}, err
	}
	if err := d.Notices.Drop(ctx, n, c.Actor, in.Reason); err != nil {
		return Said{}, err
	}
	return Said{fmt.Sprintf("notice/%d is dropped.", n)}, nil
}

func (d Deps) testChannel(ctx context.Context, c op.Call, in channelIn) (Said, error) {
	if err := d.Notices.Test(ctx, in.Channel, c.Actor); err != nil {
		return Said{}, err
	}
	return Said{"The channel " + in.Channel + " took it."}, nil
}

// NoticesChecked is what is wrong with a notices file.
type NoticesChecked struct{ op.Findings }

// Text implements op.Texter.
func (c NoticesChecked) Text() string { return c.Report("") }

func (d Deps) checkNotices(_ context.Context, _ op.Call, in noticesFileIn) (NoticesChecked, error) {
	return NoticesChecked{op.Found(notice.File.Check(cmp.Or(in.Name, "notices.yaml"), []byte(in.File)))}, nil
}

// Wanted is the news of changes that someone hears of.
type Wanted struct {
	Person prentice.Ref `json:"person"`
	News   []string     `json:"news"`
}

// Text implements op.Texter.
func (w Wanted) Text() string {
	if len(w.News) == 0 {
		return fmt.Sprintf("%s hears of no news of changes. Hear of some: prentice notice want --news %s\n", w.Person, strings.Join(notice.News(), ","))
	}
	return fmt.Sprintf("%s hears of: %s, over the channels of notices.yaml that name them.\n", w.Person, strings.Join(w.News, ", "))
}

func (d Deps) wantNotices(ctx context.Context, c op.Call, in wantIn) (Wanted, error) {
	if c.Actor.Kind != prentice.Person {
		return Wanted{}, prentice.Errorf(prentice.Denied, "%s is not a person, and has no channels", c.Actor.Ref()).Try("ask as a person of the team")
	}
	if in.Nothing && len(in.News) > 0 {
		return Wanted{}, prentice.Errorf(prentice.Invalid, "nothing and some news were both asked for").Try("give one of the two")
	}
	if in.Nothing || len(in.News) > 0 {
		if err := d.Notices.Want(ctx, c.Actor.Ref(), in.News); err != nil {
			return Wanted{}, err
		}
	}
	news, err := d.Notices.Wanted(ctx, c.Actor.Ref())
	return Wanted{c.Actor.Ref(), news}, err
}

var _ op.Texter = Wanted{}
