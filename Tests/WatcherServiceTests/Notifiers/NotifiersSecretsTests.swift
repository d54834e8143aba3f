import Curl
import Testing
import WatcherCore
import WatcherService

@Suite("Secrets of a receiver")
struct NotifiersSecretsTests {
    struct Missing: Error, Equatable { let place: String }

    @Test("what cannot be read is the error of whoever reads")
    func unreadable() throws {
        let config = try NotifiersFixtures.config("slack", #"{"url": {"env": "SLACK_WEBHOOK_URL"}}"#)
        #expect(throws: Missing(place: "the environment variable SLACK_WEBHOOK_URL")) {
            try NotifierClient(config) { (secret: Secret) throws(Missing) -> String in
                throw Missing(place: secret.description)
            }
        }
    }

    @Test("no secret is left in what is shown of a request", arguments: NotifiersFixtures.services)
    func shown(name: String) throws {
        let notifier = try NotifiersFixtures.client(name)
        let request = notifier.request(
            for: .example(of: .failed, at: NotifiersFixtures.time), at: NotifiersFixtures.time)
        let shown = notifier.masked(request.shown)
        for secret in ["aaaabbbbccccdddd", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "0123456789?", "Ym90QGV4YW1wbGUub3Jn"] {
            #expect(!shown.contains(secret))
        }
    }

    @Test("every secret that was read is known", arguments: NotifiersFixtures.services)
    func known(name: String) throws {
        let secrets = try NotifiersFixtures.client(name).secrets
        #expect(!secrets.isEmpty)
        #expect(
            secrets == secrets.sorted { $0.utf8.count > $1.utf8.count || ($0.utf8.count == $1.utf8.count && $0 < $1) })
    }

    @Test("a URL's path segments and query values of eight characters are secrets, its names are not")
    func parts() throws {
        let url = "https://example.org/hooks/abcdefgh/short?keyname=12345678&x=1&longername=1"
        let notifier = try NotifiersFixtures.client("teams", settings: "{\"url\": \"\(url)\"}")
        #expect(notifier.secrets == [url, "12345678", "abcdefgh"])
        #expect(notifier.masked("to \(url) and abcdefgh: keyname=12345678") == "to *** and ***: keyname=***")
    }

    @Test(
        "an address is kept byte for byte, and at most appended to",
        arguments: [
            ("https://discord.com/api/webhooks/1/a", "https://discord.com/api/webhooks/1/a?wait=true"),
            ("https://discord.com/api/webhooks/1/a?", "https://discord.com/api/webhooks/1/a?wait=true"),
            (
                "https://discord.com/api/webhooks/1/a?thread_id=5",
                "https://discord.com/api/webhooks/1/a?thread_id=5&wait=true"
            ),
            ("https://discord.com/api/webhooks/1/a?wait=false", "https://discord.com/api/webhooks/1/a?wait=false"),
            ("https://discord.com/api/%77ebhooks//1/a%2Fb", "https://discord.com/api/%77ebhooks//1/a%2Fb?wait=true"),
        ])
    func addresses(url: String, expected: String) throws {
        let request = try NotifiersFixtures.client("discord", settings: "{\"url\": \"\(url)\"}").request(
            for: .example(of: .test, at: NotifiersFixtures.time), at: NotifiersFixtures.time
        ).http
        #expect(request.url == expected)
    }

    @Test("the network of the configuration is that of the request, and every wait and answer has a limit")
    func limits() throws {
        let network = HTTPNetwork(caFile: "/etc/ca.pem", proxy: nil)
        let notifier = try NotifiersFixtures.client(
            "slack", settings: #"{"url": "https://example.org"}"#, network: network)
        let request = try notifier.request(
            for: .example(of: .test, at: NotifiersFixtures.time), at: NotifiersFixtures.time
        ).http
        #expect(request.network == network)
        #expect(request.timeout == NotifierClient.timeout && request.connectTimeout == NotifierClient.connectTimeout)
        #expect(request.bodyLimit == NotifierClient.responseLimit)
    }
}
