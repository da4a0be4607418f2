// Package inventory reads the hosts that a team keeps in Ansible's static
// inventories, INI and YAML
// (https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html),
// so that a fleet need not be written down twice.
//
// Its words are Ansible's: a group has hosts, children and vars; a range such as
// web[01:50] stands for many hosts; a var is said of a host or of a group, in the
// inventory or in a file of group_vars or host_vars beside it. The host's own
// counts most, then what a file says of its groups, then what the inventory says
// of them; and each time that of the group farthest from all. A var that says how
// a host is reached becomes its address; any other that is a single value becomes
// a fact, as text.
//
// It refuses to run anything: no script, no template, no plugin; and it decrypts
// nothing. What only Ansible can make of such a file it takes from anyone who asks
// Ansible, where a machine lets it. A list, a template, what ansible-vault has encrypted and what is called
// like a secret become no facts, and that is said. A var of
// Ansible's own that would change how a host is reached, and is not followed
// here, is an error, and so are a group without hosts, a ring of children, two
// values said of one thing at the same place, and a range that stands for more
// hosts than a team may have.
package inventory
