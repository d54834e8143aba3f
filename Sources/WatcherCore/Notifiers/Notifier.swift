/// A service that takes messages: its settings, what a message looks like there, and what its response means.
///
/// Everything here is pure; `NotifierClient` reads the secrets and sends. A new service is one file with a type that
/// conforms, and a line in `notifierTypes`.
package protocol Notifier: Sendable, Equatable {
    /// The key in `notifiers.NAME`.
    static var key: String { get }
    /// The name of the settings' object among the kinds of objects of the configuration.
    static var kind: String { get }

    /// What messages are sent to, a sentence for the schema and the reference.
    static var summary: String { get }

    /// Reads the settings. Nil when one is invalid, which is reported.
    init?(reading object: ConfigObject)

    /// Every secret among the settings, to be read before anything is sent.
    var secrets: [Secret] { get }
    /// What must be masked in any output, besides secrets that are kept outside of the file.
    func masks(_ values: SecretValues) -> [String]

    /// The message as `text` says it, within the service's limits, and with untrusted text that has no effect there.
    /// Every attempt has the same body.
    func delivery(of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp) -> Delivery

    func outcome(of response: NotifierResponse) -> DeliveryOutcome
}

/// All services. The configuration takes exactly one of these keys for each notifier.
package let notifierTypes: [any Notifier.Type] = [
    Slack.self, Discord.self, Teams.self, Mattermost.self, RocketChat.self, GoogleChat.self, Matrix.self, Ntfy.self,
    Gotify.self, Telegram.self, Zulip.self, Email.self, Apprise.self, Webhook.self,
]

extension Notifier {
    package static var kind: String { key }
    package static var summary: String { "" }

    fileprivate func isEqual(to other: any Notifier) -> Bool { (other as? Self) == self }
}

/// The settings of a notifier of any service, as a value that can be compared.
package struct AnyNotifier: Sendable, Equatable {
    package let base: any Notifier

    package init(_ base: any Notifier) { self.base = base }

    package static func == (left: AnyNotifier, right: AnyNotifier) -> Bool { left.base.isEqual(to: right.base) }
}
