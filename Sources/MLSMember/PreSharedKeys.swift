import MLSCrypto
import MLSMessages
import PresentationLanguage

/// The pre-shared keys that a client holds (RFC 9420 §8.4, mls-extensions §4.5).
package struct PreSharedKeys: Sendable {
    private struct Epoch: Hashable, Sendable {
        let groupID: [UInt8]
        let epoch: UInt64
    }

    private var given: [PreSharedKeyID.Key: [UInt8]] = [:]
    private var resumption: [Epoch: [UInt8]] = [:]

    package init() {}

    /// Takes over an external or an application key. Resumption keys come with the epochs.
    package mutating func add(_ secret: [UInt8], as key: PreSharedKeyID.Key) {
        given[key] = secret
    }

    /// Keeps the `resumption_psk` of an epoch.
    mutating func keep(_ secrets: EpochSecrets, of context: GroupContext) {
        resumption[Epoch(groupID: context.groupID, epoch: context.epoch)] = secrets.resumptionPSK
    }

    private func secret(of key: PreSharedKeyID.Key) -> [UInt8]? {
        switch key {
        case .external, .application: given[key]
        case .resumption(_, let groupID, let epoch):
            resumption[Epoch(groupID: groupID, epoch: epoch)]
        }
    }

    /// `psk_secret` of a list (RFC 9420 §8.4).
    package func pskSecret(of list: [PreSharedKeyID], _ suite: CipherSuite) throws -> [UInt8] {
        guard let count = UInt16(exactly: list.count) else {
            throw MemberError.unexpected("\(list.count) pre-shared keys")
        }
        var pskSecret = suite.zeroSecret
        for (index, id) in list.enumerated() {
            guard let psk = secret(of: id.key) else { throw MemberError.missingPSK(id) }
            let extracted = try suite.hash.extract(salt: suite.zeroSecret, ikm: psk)
            let label = PSKLabel(id: id, index: UInt16(index), count: count)
            let input = try suite.hash.expandWithLabel(
                secret: extracted, label: "derived psk", context: label.encoded,
                length: suite.hash.size)
            pskSecret = try suite.hash.extract(salt: input, ikm: pskSecret)
        }
        return pskSecret
    }
}

/// ```
/// struct {
///     PreSharedKeyID id;
///     uint16 index;
///     uint16 count;
/// } PSKLabel;
/// ```
/// RFC 9420 §8.4
private struct PSKLabel: TLSEncodable {
    let id: PreSharedKeyID
    let index: UInt16
    let count: UInt16

    func write(to writer: inout Writer) {
        id.write(to: &writer)
        writer.write(index)
        writer.write(count)
    }
}
