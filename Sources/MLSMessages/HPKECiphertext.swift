import MLSCrypto
import PresentationLanguage

/// ```
/// struct {
///     opaque kem_output<V>;
///     opaque ciphertext<V>;
/// } HPKECiphertext;
/// ```
/// RFC 9420 §7.6
package struct HPKECiphertext: TLSCodable, Hashable, Sendable {
    package let kemOutput: [UInt8]
    package let ciphertext: [UInt8]

    package init(kemOutput: [UInt8], ciphertext: [UInt8]) {
        self.kemOutput = kemOutput
        self.ciphertext = ciphertext
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        kemOutput = try reader.readOpaque()
        ciphertext = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: kemOutput)
        writer.write(opaque: ciphertext)
    }
}

extension HPKECiphertext {
    package init(_ sealed: CipherSuite.Sealed) {
        self.init(kemOutput: sealed.kemOutput, ciphertext: sealed.ciphertext)
    }

    package var sealed: CipherSuite.Sealed {
        CipherSuite.Sealed(kemOutput: kemOutput, ciphertext: ciphertext)
    }
}
