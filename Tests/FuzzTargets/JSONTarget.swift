import Foundation
import Scenario
import TestSupport
import Transcript

extension FuzzTarget {
    /// The JSON files that the command reads. The first byte says which kind.
    package static let json = FuzzTarget(name: "json") {
        let scenario = projectRoot.appending(
            path: "Tests/ScenarioTests/Scenarios/d41-committer-removes-itself.json")
        let client =
            #"[{"cipher_suite":1,"key_package":"00","signature_priv":"00","#
            + #""encryption_priv":"00","init_priv":"00","welcome":"00","ratchet_tree":null,"#
            + #""initial_epoch_authenticator":"00","epochs":[],"external_psks":[]}]"#
        let transcript =
            #"{"format":"mls-public-view-transcript/1","scenarios":[{"name":"a","#
            + #""cipher_suite":1,"initial":{"group_info":"00","expect":{"accepted":false}},"#
            + #""steps":[{"message":"00","expect":{"accepted":true,"epoch":1}}]}]}"#
        return [
            [0] + (try Data(contentsOf: scenario)), [1] + Array(client.utf8),
            [2] + Array(transcript.utf8),
        ]
    } run: { (input) throws(FuzzFinding) in
        guard let first = input.first else { return false }
        let json = Data(input.dropFirst())
        switch first % 3 {
        case 0: return (try? ScenarioFile(json: json)) != nil
        case 1: return (try? PassiveClientFile(json: json)) != nil
        default: return (try? TranscriptFile(json: json)) != nil
        }
    }
}
