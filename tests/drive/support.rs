//! Starting the binary and talking to it. It must not know what is tested.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// How long anything may take before a test says that it hangs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The same for a command, which may run all cases there are.
const PATIENCE_FOR_COMMANDS: Duration = Duration::from_secs(900);

/// The binary under test.
pub fn denizen() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_denizen"));
    command.stdin(Stdio::null());
    command
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of one test, removed at its end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("denizen-drive-{}-{number}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Self(path)
    }

    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folder");
        std::fs::write(path, text).expect("file");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Runs a command to its end and fails the test if that does not come.
pub fn finish(command: &mut Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    let id = child.id();
    let (done, waiting) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let output = child.wait_with_output();
        let _ = done.send(());
        output
    });
    if waiting.recv_timeout(PATIENCE_FOR_COMMANDS).is_err() {
        // SAFETY: the process is this test's child and has not been waited for.
        unsafe { libc::kill(id as libc::pid_t, libc::SIGKILL) };
        panic!("{command:?} does not end");
    }
    thread.join().expect("the waiting thread ends").expect("the command's output can be read")
}

/// Everything that a command printed.
pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A running `denizen serve`.
pub struct Server {
    child: Child,
    pub port: u16,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Serves with these arguments on a free port.
    pub fn start(args: &[&str]) -> Self {
        Self::start_with(args, &[])
    }

    /// The same, with these environment variables.
    pub fn start_with(args: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = denizen()
            .arg("serve")
            .args(["--port", "0"])
            .args(args)
            // A process that broke is to be seen.
            .env("DENIZEN_NO_RESTART", "true")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("denizen starts");
        let stderr = child.stderr.take().expect("stderr is piped");
        let log = Arc::new(Mutex::new(String::new()));
        let (found, port) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            let copy = log.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    let mut log = copy.lock().expect("log");
                    log.push_str(&line);
                    log.push('\n');
                }
            });
        }
        let copy = log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, port)) = line.split_once("is served on http://127.0.0.1:") {
                    let _ = found.send(port.trim().parse::<u16>().expect("a port"));
                }
                let mut log = copy.lock().expect("log");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let Ok(port) = port.recv_timeout(PATIENCE) else {
            drop(child.kill());
            panic!("denizen does not serve: {}", log.lock().expect("log"));
        };
        Self { child, port, log }
    }

    /// Serves one module from `folder`, with its data beside it.
    pub fn script(folder: &Folder, name: &str, args: &[&str]) -> Self {
        Self::script_with(folder, name, args, &[])
    }

    /// The same, with these environment variables.
    pub fn script_with(folder: &Folder, name: &str, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let script = folder.path(name);
        let data = folder.path("data");
        let mut all = vec![script.to_str().expect("UTF-8"), "--data", data.to_str().expect("UTF-8")];
        all.extend_from_slice(args);
        Self::start_with(&all, variables)
    }

    pub fn log(&self) -> String {
        self.log.lock().expect("log").clone()
    }

    /// Waits until the log has `text`.
    pub fn wait_for_log(&self, text: &str) {
        self.wait_for_log_within(PATIENCE, text);
    }

    pub fn wait_for_log_within(&self, patience: Duration, text: &str) {
        let end = Instant::now() + patience;
        while !self.log().contains(text) {
            assert!(Instant::now() < end, "the log does not say {text:?}: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("denizen accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("timeout");
        stream
    }

    /// Sends bytes on a connection of their own and reads until denizen closes it.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).expect("written");
        read_all(&mut stream)
    }

    /// `GET path`: status and body.
    pub fn get(&self, path: &str) -> (u16, String) {
        self.request("GET", path, &[], b"")
    }

    /// What comes of `GET path` within a time.
    pub fn get_within(&self, patience: Duration, path: &str) -> String {
        let mut stream = self.connect();
        stream.set_read_timeout(Some(patience)).expect("timeout");
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
            .expect("written");
        read_all(&mut stream)
    }

    /// The id of a thread by its name.
    pub fn thread(&self, name: &str) -> u32 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.id())).expect("threads");
        let is_named =
            |path: &Path| std::fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim_end() == name);
        let mut found = tasks.map(|task| task.expect("a thread").path()).filter(|path| is_named(path));
        let path = found.next().expect("a thread of that name");
        path.file_name().and_then(|id| id.to_str()?.parse().ok()).expect("an id")
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        split(&self.raw(&[head.as_bytes(), body].concat()))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("the child can be asked").is_none()
    }

    /// The exit status, if it has ended with one.
    pub fn status(&mut self) -> Option<i32> {
        self.child.try_wait().expect("the child can be asked").and_then(|status| status.code())
    }

    /// Resident memory in bytes, without the pages of files: those of the program's own code come when it first runs, such
    /// as 4 MB of V8's compiler after some thousand calls of a function, and are not the process's own.
    pub fn memory(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/statm", self.id())).expect("statm");
        let pages: Vec<u64> = text.split(' ').take(3).map(|count| count.parse().expect("a number")).collect();
        (pages[1] - pages[2]) * 4096
    }

    /// The most resident memory that it has had, in KB.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("peak");
        line.trim().trim_end_matches("kB").trim().parse().expect("KB")
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: the process is this test's child and has not been waited for.
        unsafe { libc::kill(self.id() as libc::pid_t, signal) };
    }

    /// Ends denizen by SIGTERM and gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.signal(libc::SIGTERM);
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("denizen does not stop: {}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is reset has said all it will say.
    drop(stream.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Status and body of a response; a chunked body is put together.
pub fn split(response: &str) -> (u16, String) {
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((response, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    (status, if chunked { unchunk(body) } else { body.to_owned() })
}

fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else { break };
        if size == 0 || rest.len() < size {
            break;
        }
        whole.push_str(&rest[..size]);
        body = rest.get(size + 2..).unwrap_or("");
    }
    whole
}
