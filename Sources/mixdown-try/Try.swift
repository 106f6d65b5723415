import Delivery
import SessionModel
import RenderPlan
import AudioFiles
import Diagnostics
@main struct Try {
  static func main() throws {
    var options = RenderOptions()
    options.outputFolder = CommandLine.arguments[2]
    if CommandLine.arguments.count > 3 { options.jobs = Int(CommandLine.arguments[3]) }
    if CommandLine.arguments.count > 4 { options.blockFrames = Int(CommandLine.arguments[4])! }
    let (resolved, problems) = loadSession(CommandLine.arguments[1])
    print(DiagnosticPrinter(style: .human).text(problems))
    guard let resolved else { return }
    var stems: [String: StemFile] = [:]
    for (id, _) in resolved.session.tracks {
      let path = resolved.file(at: "tracks.\(id).stem")!
      let info = try probe(path)
      stems[id] = StemFile(path: path, channelCount: info.channelCount, frameCount: info.frameCount)
    }
    let result = try Deliverer(resolved, stems: stems, options: options, processors: 2).run(progress: { p in if p.fraction == 0 || p.phase == "master" {print(p)} }, isCancelled: { false })
    print(DiagnosticPrinter(style: .human).text(result.diagnostics))
    for f in result.files { print(f) }
    print(result.seconds, result.realtimeFactor)
  }
}
