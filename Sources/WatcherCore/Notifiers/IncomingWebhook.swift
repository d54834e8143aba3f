/// A service that needs the address of an incoming webhook and nothing else. The address is a secret as a whole.
protocol IncomingWebhook: Notifier {
    var url: Secret { get }

    init(url: Secret)
}

extension IncomingWebhook {
    package static var kind: String { "incomingWebhook" }

    package init?(reading object: ConfigObject) {
        guard let url = object.secretURL("url") else { return nil }
        self.init(url: url)
    }

    package var secrets: [Secret] { [url] }

    package func masks(_ values: SecretValues) -> [String] { SecretValues.parts(ofURL: values[url]) }
}
