package config

import (
	"fmt"
	"strings"
)

// Rules says where rules come from, and what their variables stand for.
type Rules struct {
	Path           string // default-rule-path
	Files          []string
	Classification string
	References     string
	Thresholds     string
	ActionOrder    []string
	MaxAlerts      int // of a packet
	GuessTx        bool
	MaxGuesses     int // of the transaction that alerts are about
	Groups         bool
	GroupRules     bool

	AddressVars, PortVars map[string]string // without "$"
}

// ruleActions are what action-order may name.
var ruleActions = []string{"pass", "drop", "reject", "alert"}

func (r *Rules) table() []row {
	return []row{
		{"default-rule-path", text(&r.Path), "/etc/suricata/rules", ".", "Directory of the files of rules whose names are not absolute."},
		{"rule-files", list("a list of files", &r.Files, nil), "", "",
			"Files of rules; a name may be a pattern, such as `*.rules`. -S reads one file in their place, -s one beside them."},
		{"classification-file", text(&r.Classification), "/etc/suricata/classification.config", "none",
			"What classtypes are called, and their priorities; none: no file."},
		{"reference-config-file", text(&r.References), "/etc/suricata/reference.config", "none",
			"What the types of references stand for; none: no file."},
		{"threshold-file", text(&r.Thresholds), "none", "", "Limits and exceptions of rules, beside those that they have; none: no file."},
		{"action-order", list("a list of actions", &r.ActionOrder, checkRuleAction), "[pass, drop, reject, alert]", "",
			"Rules with the action named first are evaluated first."},
		{"packet-alert-max", number(&r.MaxAlerts, 0, 65535), "15", "", "Most alerts of a packet; more are only counted. 0: 15."},
		{"detect.guess-applayer-tx", boolean(&r.GuessTx), "no", "",
			"Alerts of rules that look at no transaction tell that of the flow, if there is just one."},
		{"detect.stream-tx-log-limit", number(&r.MaxGuesses, 0, 255), "4", "",
			"Most alerts that tell a transaction because it is the only one. 0: 4."},
		{"detect.profiling.grouping.dump-to-disk", boolean(&r.Groups), "no", "",
			"--engine-analysis writes `rule_group.json`, too: ranges of ports that the same rules are about."},
		{"detect.profiling.grouping.include-rules", boolean(&r.GroupRules), "no", "", "`rule_group.json` lists the rules of each."},
	}
}

func checkRuleAction(word string) error {
	for _, a := range ruleActions {
		if a == word {
			return nil
		}
	}
	return fmt.Errorf("want pass, drop, reject and alert, not %q", word)
}

// sections are the variables' places in a configuration.
const (
	addressVars = "vars.address-groups"
	portVars    = "vars.port-groups"
)

// usualVars are the variables without a configuration: public rules name them.
var usualVars = struct{ addresses, ports map[string]string }{
	map[string]string{
		"HOME_NET": "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]", "EXTERNAL_NET": "!$HOME_NET", "HTTP_SERVERS": "$HOME_NET",
		"SMTP_SERVERS": "$HOME_NET", "SQL_SERVERS": "$HOME_NET", "DNS_SERVERS": "$HOME_NET", "TELNET_SERVERS": "$HOME_NET",
		"AIM_SERVERS": "$EXTERNAL_NET", "DC_SERVERS": "$HOME_NET", "DNP3_SERVER": "$HOME_NET", "DNP3_CLIENT": "$HOME_NET",
		"MODBUS_CLIENT": "$HOME_NET", "MODBUS_SERVER": "$HOME_NET", "ENIP_CLIENT": "$HOME_NET", "ENIP_SERVER": "$HOME_NET",
	},
	map[string]string{
		"HTTP_PORTS": "80", "SHELLCODE_PORTS": "!80", "ORACLE_PORTS": "1521", "SSH_PORTS": "22", "DNP3_PORTS": "20000",
		"MODBUS_PORTS": "502", "FILE_DATA_PORTS": "[$HTTP_PORTS,110,143]", "FTP_PORTS": "21", "GENEVE_PORTS": "6081",
		"VXLAN_PORTS": "4789", "TEREDO_PORTS": "3544", "SIP_PORTS": "[5060,5061]",
	},
}

// vars reads the variables.
func (r *Rules) vars(root *Node, file bool, ps *Problems) {
	r.AddressVars, r.PortVars = map[string]string{}, map[string]string{}
	for _, v := range []struct {
		path  string
		to    map[string]string
		usual map[string]string
	}{{addressVars, r.AddressVars, usualVars.addresses}, {portVars, r.PortVars, usualVars.ports}} {
		if !file {
			for name, value := range v.usual {
				v.to[name] = value
			}
		}
		section := root.Find(v.path)
		if section == nil {
			continue
		}
		for _, n := range section.Items {
			value, err := variable(n)
			if err != nil {
				ps.add(BadValue, n.Pos, join(v.path, n.Name), "%s: %v", join(v.path, n.Name), err)
				continue
			}
			v.to[n.Name] = value
		}
	}
}

// variable returns the text of a variable, which may be written as a list.
func variable(n *Node) (string, error) {
	switch n.Kind {
	case Scalar:
		return n.Text, nil
	case List:
		var parts []string
		for _, i := range n.Items {
			text, err := variable(i)
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		}
		return "[" + strings.Join(parts, ",") + "]", nil
	}
	return "", fmt.Errorf("want text or a list, not %s", n.Kind)
}
