// What the core uses of swift-crypto, without its work: nothing that is fuzzed or simulated signs anything, and the whole
// of it takes ten times as long to build as the core.

package enum SHA256 {}

package struct SymmetricKey {
    package init(data: [UInt8]) {}
}

package enum HMAC<Hash> {
    package static func authenticationCode(for data: [UInt8], using key: SymmetricKey) -> [UInt8] { [] }
}
