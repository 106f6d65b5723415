import ArgumentParser
import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Times every kernel and a whole job, and compares two runs as ratios.
///
/// Machines drift by half within minutes, so seconds mean little by themselves: compare runs that were made one
/// after the other on one machine, or other programs in the same run.
@main
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixdown-bench", abstract: "Measures the speed of every kernel and of a whole job.",
    subcommands: [Kernels.self, Job.self, Compare.self, All.self], defaultSubcommand: All.self)

  struct All: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Kernels and the job (the default).")
    @OptionGroup var output: OutputOptions
    @OptionGroup var job: JobOptions

    func run() throws {
      var report = Report()
      report.kernels = measureKernels()
      report.jobs = [try measureJob(job)]
      try output.write(report)
    }
  }

  struct Kernels: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Every kernel, in ns a stereo frame.")
    @OptionGroup var output: OutputOptions

    func run() throws {
      var report = Report()
      report.kernels = measureKernels()
      try output.write(report)
    }
  }

  struct Job: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A whole render of generated stems: mix, reverb bus, master to -14 LUFS, WAV, FLAC and MP3.")
    @OptionGroup var output: OutputOptions
    @OptionGroup var job: JobOptions

    func run() throws {
      var report = Report()
      report.jobs = [try measureJob(job)]
      try output.write(report)
    }
  }

  struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Two reports as ratios: below 1 the second is faster.")
    @Argument(help: "The report to compare with.") var before: String
    @Argument(help: "The report that is compared.") var after: String

    func run() throws {
      let (old, new) = (try Report(json: before), try Report(json: after))
      for (name, figure) in new.figures {
        guard let was = old.figures.first(where: { $0.name == name })?.value, was > 0 else { continue }
        print(pad(name, 40), pad(short(was), 12), pad(short(figure), 12), "× \(short(figure / was))")
      }
    }
  }
}

struct OutputOptions: ParsableArguments {
  @Option(help: "Also write the report as JSON to this file.") var json: String?

  func write(_ report: Report) throws {
    print(report.text)
    guard let json else { return }
    guard let file = unsafe fopen(json, "w") else { throw ValidationError("\(json) cannot be written") }
    defer { unsafe fclose(file) }
    unsafe fputs(report.json.text(indented: true) + "\n", file)
  }
}

struct JobOptions: ParsableArguments {
  @Option(help: "Stems; every third is mono.") var stems = 24
  @Option(help: "Seconds of music.") var seconds = 180
  @Option(help: "Threads; by default one for each processor.") var jobs: Int?
}
