package dns_test

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/dns"
)

func TestConversations(t *testing.T) { apptest.Run(t, dns.New(dns.Config{}), "testdata") }

func TestMulticast(t *testing.T) { apptest.Run(t, dns.NewMulticast(dns.Config{}), "testdata/mdns") }
