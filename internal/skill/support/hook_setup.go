package support

import (
	"fmt"

	"prentice/internal/engine/webhook"
)

// setupOf is what to do on the side of the sender, a sentence each; a command or an
// address stands in backticks.
func setupOf(h HookOut) []string {
	keep := fmt.Sprintf("Make a secret and keep it here: `openssl rand -hex 32 | tee /dev/tty | prentice secret set %s -`", h.Secret)
	switch h.Sender {
	case webhook.GitHub:
		return []string{keep, "In GitHub: Settings, Webhooks, Add webhook. Payload URL: `" + h.Address + "`", "Content type: application/json. Secret: the same. Choose the events that the mappings speak of."}
	case webhook.GitLab:
		return []string{keep, "In GitLab: Settings, Webhooks, Add new webhook. URL: `" + h.Address + "`", "Signing token, where GitLab has one: keep that value here, as GitLab shows it. Else Secret token: the same secret."}
	case webhook.Stripe:
		return []string{"Add an endpoint at the sender: `" + h.Address + "`", fmt.Sprintf("Keep the signing secret that it shows: `prentice secret set %s -`", h.Secret), "It signs t=TIME,v1=HMAC in the header `" + h.Header + "`."}
	case webhook.Standard:
		return []string{"Add an endpoint at the sender: `" + h.Address + "`", fmt.Sprintf("Keep the signing secret that it shows, whsec_…: `prentice secret set %s -`", h.Secret), "It sends webhook-id, webhook-timestamp and webhook-signature, as Standard Webhooks says."}
	case webhook.HMAC:
		return []string{keep, "Let the sender post to `" + h.Address + "`", "Let it sign the body with HMAC-SHA256 in hexadecimal, in the header `" + h.Header + "`."}
	}
	return []string{fmt.Sprintf("Make a token that is for this hook and nothing else: `prentice token create %s --role operator --ops hook.deliver --on hook/%s`", h.Name, h.Name), "Let the sender post to `" + h.Address + "`", "Let it send the header `Authorization: Bearer TOKEN`."}
}

// tryOf is a command line that posts a message as the sender would.
func tryOf(h HookOut) string {
	const (
		body   = "BODY='{\"hello\":\"world\"}'\n"
		moment = "T=$(date +%s)\n"
		sign   = ` | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)`
		bytes  = `$(printf %s "${SECRET#whsec_}" | base64 -d | od -An -tx1 | tr -d ' \n')`
	)
	post := "curl -fsS " + h.Address + " -H 'Content-Type: application/json' "
	const data = ` -d "$BODY"`
	switch h.Sender {
	case webhook.GitHub:
		return body + post + `-H 'X-GitHub-Event: ping' -H "X-Hub-Signature-256: sha256=$(printf %s "$BODY"` + sign + `"` + data
	case webhook.HMAC:
		return body + post + `-H "` + h.Header + `: $(printf %s "$BODY"` + sign + `"` + data
	case webhook.GitLab:
		return body + post + `-H "X-Gitlab-Token: $SECRET"` + data
	case webhook.Stripe:
		return body + moment + post + `-H "` + h.Header + `: t=$T,v1=$(printf %s "$T.$BODY"` + sign + `"` + data
	case webhook.Standard:
		return body + moment + post + `-H "webhook-id: try-$T" -H "webhook-timestamp: $T" -H "webhook-signature: v1,$(printf %s "try-$T.$T.$BODY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:` + bytes + ` -binary | base64)"` + data
	}
	return body + post + `-H "Authorization: Bearer $TOKEN"` + data
}
