package web

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"prentice/internal/op"
)

func TestInputsOfAProcedureAreFieldsOfTheirTypes(t *testing.T) {
	body := storybook(t, true).as("ann").get("/procedures/restart-service?_service=checkout").Body.String()
	for _, want := range []string{`<select id="in-service" name="input[service]" required>`, `<option selected>checkout</option>`, `<select id="in-mode"`,
		`<input type="hidden" name="input[force]" value="false">`, `type="checkbox" name="input[force]" value="true"`, `inputmode="numeric"`, "Such as 10m or 1h30m.", `optional</span>`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, bad := range []string{"may be left out", "Leave it", "--input", "VALUE"} {
		if strings.Contains(body, bad) {
			t.Errorf("the form says %q", bad)
		}
	}
}

func TestABoxOfAMapIsTickedOrNot(t *testing.T) {
	type in struct {
		Input map[string]string `json:"input"`
	}
	for want, given := range map[string]url.Values{"false": {"input[force]": {"false"}}, "true": {"input[force]": {"false", "true"}}} {
		got, err := fill(op.Op{In: reflect.TypeFor[in]()}, given, noon)
		if err != nil || got.(in).Input["force"] != want {
			t.Errorf("%v gives %v, %v", given, got, err)
		}
	}
}

func TestAPlanSaysHowManyAreAskedAndWhatHoldsItBackBeforeAnybodyIsAsked(t *testing.T) {
	body := storybook(t, true).as("ann").get("/procedures/restart-service/plan?input%5Bservice%5D=checkout").Body.String()
	for _, want := range []string{"Approval required", "2 approvers of", "person/ann", "frozen by quarter-end", "Run it when the calendar allows it", ">Cancel<"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestFieldsOfFormsOfferTheNamesThatThereAre(t *testing.T) {
	body := storybook(t, true).as("olga").get("/do/person.away").Body.String()
	if !strings.Contains(body, `list="all-stand_in"`) || !strings.Contains(body, `<datalist id="all-stand_in">`) {
		t.Error("who stands in is typed without help")
	}
}
