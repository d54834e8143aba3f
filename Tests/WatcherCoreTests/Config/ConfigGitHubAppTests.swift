import Testing

@testable import WatcherCore

@Suite("github.app") struct ConfigGitHubAppTests {
    private func read(_ login: String, upstreams count: Int = 1) throws -> ConfigReader.Reading {
        let upstreams = (0..<count).map { #""u\#($0)": {"github": "o/n\#($0)"}"# }.joined(separator: ", ")
        return try ConfigReader.read(Array(#"{"github": {\#(login)}, "upstreams": {\#(upstreams)}}"#.utf8)).get()
    }

    @Test(
        "id and installation are numbers or strings, the key a secret of any form",
        arguments: [
            (#""id": 17, "installation": 5, "privateKey": {"file": "/key"}"#, "17", Secret.file("/key")),
            (#""id": "17", "installation": "5", "privateKey": {"env": "KEY"}"#, "17", .environment("KEY")),
            (#""id": "Iv23liAb", "installation": 5, "privateKey": {"credential": "k"}"#, "Iv23liAb", .credential("k")),
            (#""id": 1, "installation": 5, "privateKey": "-----BEGIN x""#, "1", .literal("-----BEGIN x")),
        ])
    func forms(_ text: String, _ id: String, _ key: Secret) throws {
        let app = try read(#""app": {\#(text)}"#).config.github.app
        #expect(app == Config.GitHubApp(id: id, installation: 5, privateKey: key))
    }

    @Test("checks and surveys are as with a token, and nothing is said about a lack of one") func pace() throws {
        let token = try read(#""token": {"env": "T"}"#, upstreams: 300)
        let app = try read(
            #""app": {"id": 1, "installation": 2, "privateKey": {"env": "K"}}"#, upstreams: 300)
        #expect(PollPace(app.config) == PollPace(token.config))
        #expect(PollPace(app.config).isSurveyed)
        #expect(app.warnings == token.warnings)
        #expect(try !read("", upstreams: 300).warnings.isEmpty)
    }
}
