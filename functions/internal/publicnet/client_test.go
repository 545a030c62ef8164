package publicnet

import (
	"net/netip"
	"testing"
)

// Seen to catch: a loopback address written as IPv6; metadata and carrier addresses; a port of something else.
func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]bool{
		"93.184.215.14:443": true, "[2606:4700::1111]:443": true, "93.184.215.14:80": false, "93.184.215.14:8443": false,
		"127.0.0.1:443": false, "[::1]:443": false, "[::ffff:127.0.0.1]:443": false, "10.1.2.3:443": false, "172.20.0.1:443": false,
		"192.168.1.1:443":     false,
		"169.254.169.254:443": false, "[fd00:ec2::254]:443": false, "[fe80::1]:443": false, "100.64.0.1:443": false, "0.0.0.0:443": false,
		"[::]:443":      false,
		"224.0.0.1:443": false, "255.255.255.255:443": false, "192.0.2.1:443": false, "198.18.0.1:443": false, "[64:ff9b::7f00:1]:443": false,
		"[::127.0.0.1]:443": false, "[::ffff:0:7f00:1]:443": false, "[64:ff9b:1::a00:1]:443": false, "[100::1]:443": false, "[5f00::1]:443": false,
		"[fec0::1]:443": false, "[4000::1]:443": false, "[3fff::1]:443": false, "[2a00:1450::1]:443": true,
		"[2002:7f00:1::]:443": false, "[2001:db8::1]:443": false, "[ff02::1]:443": false,
	} {
		if got := public(netip.MustParseAddrPort(at)); got != want {
			t.Errorf("%s is public: %v", at, got)
		}
	}
}
