/// A service that needs the address of an incoming webhook and nothing else. The address is a secret as a whole.
protocol IncomingWebhook: Notifier {
    var url: Secret { get }
    /// The hosts of the service where everybody has the same ones: an address there is for no other service.
    static var hosts: [String] { get }

    init(url: Secret)
}

extension IncomingWebhook {
    package static var kind: String { "incomingWebhook" }

    package init?(reading object: ConfigObject) {
        guard let url = object.secretURL("url", "The incoming webhook, kept byte for byte.") else { return nil }
        if case .literal(let text) = url, let address = WebAddress(text) {
            Self.checkService(of: address, in: object)
        }
        self.init(url: url)
    }

    package static var hosts: [String] { [] }

    /// Reports the address of another service. Discord's for Slack's messages ends in `/slack`.
    private static func checkService(of address: WebAddress, in object: ConfigObject) {
        let types = object.value.document.notifierTypes.compactMap { $0 as? any IncomingWebhook.Type }
        guard let owner = types.first(where: { $0.hosts.contains(address.host) }), owner.key != key,
            address.path.split(separator: "/").last.map(String.init) != key
        else { return }
        object.value.report(
            .badValue, found: "the address of \(owner.key)", expected: "one of \(key)", suggestion: owner.key)
    }

    package var secrets: [Secret] { [url] }

    package func masks(_ values: SecretValues) -> [String] { SecretValues.parts(ofURL: values[url]) }
}
