import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Refuses and records every attempt to open a network connection through a URL. */
final class NetworkGuard extends ProxySelector {
    private final List<String> attempts = new ArrayList<>();

    static NetworkGuard install() {
        NetworkGuard guard = new NetworkGuard();
        ProxySelector.setDefault(guard);
        return guard;
    }

    void reset() {
        attempts.clear();
    }

    List<String> attempts() {
        return new ArrayList<>(attempts);
    }

    void record(String address) {
        attempts.add(address);
    }

    @Override
    public List<Proxy> select(URI address) {
        record(address.toString());
        throw new IllegalStateException("network access to " + address);
    }

    @Override
    public void connectFailed(URI address, SocketAddress socket, IOException fault) {
        record(address.toString());
    }
}
