package newteam

const catalogHead = `# What the team has: its services, the hosts they run on, and who looks after them.
# The format is that of Backstage; the annotations under prentice.dev/ say how a
# service is watched and started. Check it with: prentice catalog check

# The team. Its members are people of prentice: add them with prentice person add.
`

const machineHead = `# This machine, on which prentice runs.
`

const servicesHead = `# The services that were found. A probe asks every half minute whether a service is
# healthy; three failures in a row are an incident. Where prentice.dev/run is written,
# prentice can start and stop the service, once people have approved a run.
`

const inventoryHead = `# Hosts from an Ansible inventory: how each is reached, and its groups. Its other vars
# are not here, because they may hold secrets. Add those that a step needs as facts, and
# keep secrets with: prentice secret set NAME FILE
`

const sshHead = `# How hosts are reached over SSH. Each section holds for one host.
`

const policy = `# Who must approve what. Of the rules that match, the one of highest priority decides.
# Try it with: prentice policy test. What you change here decides nothing until an
# owner adopts it: prentice policy adopt
#
# No one approves their own request, whatever stands here. Where you are alone, you
# approve what prentice proposes, and need a second person for what you ask for:
# prentice person add NAME --role approver
zone: %s
rules:
  - name: danger-asks-two
    priority: 40
    when: plan.risk == "danger"
    verdict: ask
    approvers: 2
    role: approver
    expires: 1h
    reason: It cannot be undone, so two people must approve.

  - name: commands-ask-one
    priority: 30
    when: plan.procedure == "adhoc"
    verdict: ask
    approvers: 1
    role: approver
    expires: 1h
    reason: No one has agreed on this command before, so one person must approve it.

  - name: changes-ask-one
    priority: 20
    when: plan.risk == "change"
    verdict: ask
    approvers: 1
    role: approver
    expires: 1h
    reason: It changes something, so one person must approve.

  - name: reading-is-free
    priority: 10
    when: plan.risk == "look"
    verdict: allow
    reason: It only reads.

  # Let a procedure run by itself once you trust it:
  #
  # - name: log-rotation-runs-by-itself
  #   priority: 50
  #   when: plan.procedure == "rotate-log" && actor.kind == "self"
  #   verdict: allow
  #   reason: It was verified a hundred times.
`

const policyTest = `# Cases that the policy must decide so. Run them with: prentice policy test
cases:
  - name: what cannot be undone asks two people
    plan: {risk: danger}
    expect: ask
    approvers: 2
    rule: danger-asks-two

  - name: a change asks one person, at night too
    plan: {risk: change}
    time: 2026-01-14 03:00
    expect: ask
    approvers: 1
    rule: changes-ask-one

  - name: a program is asked about a change as anybody is
    actor: {kind: agent, name: bot, role: operator}
    plan: {risk: change}
    expect: ask
    rule: changes-ask-one

  - name: a command that claims to read is asked about
    plan: {procedure: adhoc, risk: look}
    expect: ask
    rule: commands-ask-one

  - name: reading is free
    plan: {risk: look}
    expect: allow
    rule: reading-is-free
`

const alerts = `# What becomes of alerts. Without rules it depends on the label severity: info is
# recorded, a warning opens an incident, anything else also tells people.
# Try it with: prentice alert route alertname=HighLoad severity=warning
owner: group:%s # of what names no service
rules:
  - name: tests
    match: ['namespace=~"test-.*"']
    do: record
  # - name: by-app
  #   match: ['app=~".+"']
  #   service: "{app}"            # the value of the label app
`

const calendar = `# When runs may begin. Check it with: prentice calendar check calendar.yaml
zone: %s # where the team's days begin
# freezes:
#   - name: holidays
#     from: 2026-12-24
#     to: 2026-12-27               # the last day is a part of it
#     reason: No one is there to help.
#     applies: {all: true}
`
