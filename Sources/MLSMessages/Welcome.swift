import PresentationLanguage

/// ```
/// struct {
///     CipherSuite cipher_suite;
///     EncryptedGroupSecrets secrets<V>;
///     opaque encrypted_group_info<V>;
/// } Welcome;
/// ```
/// RFC 9420 §12.4.3.1
package struct Welcome: TLSCodable, Hashable, Sendable {
    package var cipherSuite: CipherSuiteID
    package var secrets: [EncryptedGroupSecrets]
    package var encryptedGroupInfo: [UInt8]

    package init(
        cipherSuite: CipherSuiteID, secrets: [EncryptedGroupSecrets], encryptedGroupInfo: [UInt8]
    ) {
        self.cipherSuite = cipherSuite
        self.secrets = secrets
        self.encryptedGroupInfo = encryptedGroupInfo
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        cipherSuite = try CipherSuiteID(from: &reader)
        secrets = try reader.readList()
        encryptedGroupInfo = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        cipherSuite.write(to: &writer)
        writer.write(list: secrets)
        writer.write(opaque: encryptedGroupInfo)
    }
}

/// ```
/// struct {
///     KeyPackageRef new_member;  // opaque<V>
///     HPKECiphertext encrypted_group_secrets;
/// } EncryptedGroupSecrets;
/// ```
/// RFC 9420 §12.4.3.1
package struct EncryptedGroupSecrets: TLSCodable, Hashable, Sendable {
    package let newMember: [UInt8]
    package let encryptedGroupSecrets: HPKECiphertext

    package init(newMember: [UInt8], encryptedGroupSecrets: HPKECiphertext) {
        self.newMember = newMember
        self.encryptedGroupSecrets = encryptedGroupSecrets
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        newMember = try reader.readOpaque()
        encryptedGroupSecrets = try HPKECiphertext(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: newMember)
        encryptedGroupSecrets.write(to: &writer)
    }
}
