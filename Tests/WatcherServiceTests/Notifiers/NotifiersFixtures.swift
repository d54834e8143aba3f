import Curl
import Testing
import WatcherCore
import WatcherService

/// Messages and services for the tests of notifiers.
enum NotifiersFixtures {
    static let time = Timestamp(seconds: 1_785_751_200)

    /// The keys of all services, from the program's own list.
    static let services = notifierTypes.map { $0.key }

    static func servicesOverHTTP() throws -> [String] {
        try services.filter {
            if case .http = try client($0).request(for: .example(of: .test, at: time), at: time) { true } else { false }
        }
    }

    /// The notifier of a service as its example configures it.
    static func client(_ service: String, message: Config.CustomMessage? = nil) throws -> NotifierClient {
        let example = try #require(examples[service], "no example of \(service)")
        return try client(service, settings: example, message: message)
    }

    /// A notifier as `settings`, an object of JSON, configures it; secrets are literal unless `resolving` reads them.
    static func client(
        _ service: String, settings: String, message: Config.CustomMessage? = nil,
        network: HTTPNetwork = HTTPNetwork(), resolving: (Secret) -> String = literal
    ) throws -> NotifierClient {
        var config = try config(service, settings)
        config.message = message
        return NotifierClient(config, network: network, resolving: resolving)
    }

    static func config(_ service: String, _ settings: String) throws -> Config.Notifier {
        let text = #"{"upstreams": {}, "notifiers": {"x": {"\#(service)": \#(settings)}}}"#
        return try #require(try ConfigReader.read(Array(text.utf8)).get().config.notifiers["x"])
    }

    @Sendable static func literal(_ secret: Secret) -> String {
        guard case .literal(let text) = secret else { return "" }
        return text
    }

    private static let examples = [
        "slack": #"{"url": "https://hooks.slack.com/services/T00000000/B00000000/aaaabbbbccccdddd"}"#,
        "discord": #"{"url": "https://discord.com/api/webhooks/123456789012345678/aaaabbbbccccdddd"}"#,
        "teams": """
        {"url": "https://d.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/\
        0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0\
        &sig=aaaabbbbccccdddd"}
        """,
        "mattermost": #"{"url": "https://chat.example.org/hooks/aaaabbbbccccdddd"}"#,
        "rocketchat": #"{"url": "https://chat.example.org/hooks/0123456789/aaaabbbbccccdddd"}"#,
        "googleChat": """
        {"url": "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=0123456789&token=aaaabbbbccccdddd"}
        """,
        "matrix": """
        {"homeserver": "https://matrix.example.org/", "room": "!abc/def:example.org", "token": "aaaabbbbccccdddd"}
        """,
        "ntfy": #"{"topic": "releases", "token": "tk_aaaabbbbccccdddd"}"#,
        "gotify": #"{"server": "https://push.example.org/gotify/", "token": "aaaabbbbccccdddd"}"#,
        "telegram": #"{"token": "123456:aaaabbbbccccdddd", "chat": "-1001234567890"}"#,
        "zulip": """
        {"server": "https://zulip.example.org", "email": "bot@example.org", "token": "aaaabbbbccccdddd",
         "stream": "general", "topic": "releases & more"}
        """,
        "apprise": #"{"server": "https://apprise.example.org", "key": "aaaabbbbccccdddd", "tags": "releases"}"#,
        "email": """
        {"server": "smtp://mail.example.org:587", "user": "releases", "password": "aaaabbbbccccdddd",
         "from": "releases@example.org", "to": ["ada@example.org", "grace@example.org"]}
        """,
        "webhook": webhook(#""secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "headers": {"X-Team": "releases"}"#),
    ]

    /// A webhook's settings with these members besides its address.
    static func webhook(_ members: String) -> String {
        #"{"url": "https://example.org/hooks/releases?key=0123456789", \#(members)}"#
    }

    /// What untrusted text could try, in one line each.
    static let nasty = """
        @everyone @here @channel @all @room @**all** @*group* <!channel> <!here|x> <@U123> <@&42> <#C1> <users/all>
        *bold* _it_ ~gone~ `code` ```fence``` ||spoiler|| [ping](https://evil.example/) ![img](https://evil.example/x.png)
        <b>x</b><script>alert(1)</script><a href="javascript:alert(1)">x</a> &lt;!channel&gt; &amp; "quoted" \\ \\u0000
        ${7*7} {{7*7}} {{DATE(2026-01-01T00:00:00Z)}} $$x^2$$ %0D%0AX-Evil: 1 '; rm -rf / #general /kick :tada: <t:0:R>
        \u{202E}gnp.exe\u{202C} z\u{200B}w\u{200D}j\u{FEFF} \u{1B}[31m \u{0} \u{7F} 👨‍👩‍👧‍👦 🇩🇪 é \u{301}\u{301}\u{301}
        """

    static let plain: [(String, Message)] = MessageType.allCases.map {
        ($0.rawValue, Message.example(of: $0, at: time))
    }

    /// Every field with untrusted text is nasty and too long.
    static let hostile: [(String, Message)] = MessageType.allCases.map { type in
        let long = nasty + String(repeating: " \(nasty)", count: 20)
        var message = Message.example(of: type, at: time)
        message.detail = long
        message.repository = message.repository.map { _ in nasty }
        message.missing = message.missing.map { _ in Array(repeating: nasty, count: 30) }
        if let note = message.releases?.first {
            message.releases = (0..<25).map { number in
                var note = note
                note.tag = "5.6.\(number)"
                note.version = note.tag
                note.name = "\(nasty.dropFirst(number * 20))"
                note.url = "https://github.com/elabftw/elabftw/releases/tag/\(note.tag)?a=b)|c>&d=\(nasty.prefix(90))"
                note.highest = number == 24
                return note
            }
        }
        message.job?.reason = long
        message.job?.url = "https://evil.example/|)>\(nasty)"
        if message.job?.platforms != nil {
            message.job?.platforms = (0..<30).map { PlatformDigest(platform: "\($0)\(nasty)", digest: nasty) }
        }
        return ("\(type.rawValue) hostile", message)
    }
}

extension JSONValue {
    /// Every string in it, names of members too.
    var strings: [String] {
        switch self {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(\.strings)
        case .object(let members): members.flatMap { [$0.name] + $0.value.strings }
        case .null, .bool, .number: []
        }
    }
}
